import { SourceUnavailableError } from "../../src/errors.ts";
import type { PublishDependencies } from "../../src/publishing/publish-pools.ts";
import { compartmentId } from "./ocids.ts";

/** Publishing in a region whose ingestion is down. */
export const noIngestion: PublishDependencies = {
  ingestionOf: async () => {
    throw new SourceUnavailableError("the ingestion is down");
  },
  compartmentOf: async () => compartmentId,
  configuredPools: () => [],
  now: () => new Date("2026-11-23T20:40:00Z"),
};
