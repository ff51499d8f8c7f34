import { describe, expect, it } from "vitest";
import type { PostOutcome } from "../../../src/oci/answers.ts";
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

/** Reports an invocation that has so long, with this as the post of its metrics; the log's lines. */
async function report(postMetricData: () => Promise<PostOutcome>, milliseconds?: number) {
  const { logger, lines } = recordingLogger();
  const invocation = anInvocation(milliseconds, logger);
  const metrics = {
    namespace: "functions",
    functionId: "ocid1.fnfunc.oc1.iad.a",
    functionName: undefined,
    placeOf: async () => ({ ingestion: { postMetricData }, compartmentId }),
    now: () => new Date(),
  };
  const telemetry = new Telemetry(metrics, () => new Date());
  await telemetry.report(summary, invocation, { header: () => undefined });
  invocation.end();
  return lines();
}

describe("Telemetry", () => {
  it("holds up no answer when a post never ends, as when nothing can sign it", async () => {
    expect(await report(() => new Promise(() => {}), 400)).toMatchObject([
      { message: "Telemetry failed", reason: expect.stringContaining("no complete answer") },
    ]);
  });

  it("says in the log what a fault of its own was", async () => {
    const fault = async () => {
      throw new TypeError("x is not a function");
    };

    expect(await report(fault)).toMatchObject([
      { message: "Telemetry failed", reason: "x is not a function" },
    ]);
  });
});
