import type { PoolSpec } from "../../src/config/pool-spec.ts";
import type { Monitoring } from "../../src/oci/calls.ts";
import { type BatchDependencies, MetricsBatch } from "../../src/oci-metrics/metrics-batch.ts";
import { Remembered } from "../../src/remembered.ts";
import { anInvocation } from "./invocation.ts";

const now = new Date("2026-11-23T20:40:30Z");

/** What a warm process remembers of compartments. */
export function compartmentMemory(): Remembered<true> {
  return new Remembered(() => now, { most: 10 });
}

/** A batch of these pools at 20:40 that asks this Monitoring. */
export function metricsBatch(
  summarizeMetricsData: Monitoring["summarizeMetricsData"],
  specs: readonly PoolSpec[],
  options: Partial<BatchDependencies> = {},
): MetricsBatch {
  const batch = new MetricsBatch({
    monitoringOf: async () => ({ summarizeMetricsData, connect: () => {} }),
    describe: () => Promise.reject(new Error("no pool is described")),
    lastSeen: () => undefined,
    tooMany: compartmentMemory(),
    signal: anInvocation().signal,
    now,
    ...options,
  });
  batch.expect(specs);
  return batch;
}
