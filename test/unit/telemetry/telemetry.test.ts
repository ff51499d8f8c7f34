import { describe, expect, it } from "vitest";
import { Telemetry } from "../../../src/telemetry/telemetry.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId } from "../../support/ocids.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const summary = {
  trigger: "direct",
  status: "ok",
  startedAt: new Date("2026-11-23T20:40:00Z"),
  durationMs: 12,
  coverage: 1,
  openCircuits: [],
} as const;

describe("Telemetry", () => {
  it("holds up no answer when a post never ends, as when nothing can sign it", async () => {
    const { logger, lines } = recordingLogger();
    const invocation = anInvocation(400, logger);
    const ingestion = { postMetricData: () => new Promise<never>(() => {}) };
    const telemetry = new Telemetry(
      {
        namespace: "functions",
        functionId: "ocid1.fnfunc.oc1.iad.a",
        functionName: undefined,
        placeOf: async () => ({ ingestion, compartmentId }),
        now: () => new Date(),
      },
      () => new Date(),
    );

    await telemetry.report(summary, invocation, { header: () => undefined });

    invocation.end();
    expect(lines()).toMatchObject([
      { message: "Telemetry failed", reason: expect.stringContaining("no complete answer") },
    ]);
  });
});
