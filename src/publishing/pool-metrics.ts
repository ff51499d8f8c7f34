import type { PoolSpec } from "../config/pool-spec.ts";
import type { CustomMetric } from "../oci/calls.ts";
import type { MissingReason } from "../result/reading.ts";
import type { PoolResult } from "../result/result-document.ts";

/** Of members that may well have reported. */
const uncounted: ReadonlySet<MissingReason> = new Set(["query_failed", "unresolved_host"]);

/**
 * What a pool's result says, as custom metrics: only what is known. Averages that the result itself
 * calls failed (by `minCoverage`) are for a person to look at, not for an alarm to act on; and how
 * many reported isn't known when a query failed, or nobody knows which host is whose. A missing value
 * is no point, never a 0.
 * @param compartmentId the pool's
 * @param now the timestamp of a pool that nobody was asked about, as nobody runs
 */
export function metricsOfPool(
  { name, status, window, cpu, memory, instances }: PoolResult,
  { instancePoolId, publish }: PoolSpec,
  compartmentId: string,
  now: Date,
): readonly CustomMetric[] {
  if (publish === undefined || instances === null) return [];
  const measured = status !== "failed";
  const { missing } = instances;
  // A list that is left out of an answer that would be too long says nothing.
  const listed = missing.length > 0 || instances.reporting === instances.counted;
  const counted = listed && missing.every(({ reason }) => !uncounted.has(reason));
  const values = {
    CpuUtilization: measured ? cpu.average : null,
    MemoryUtilization: measured ? memory.average : null,
    ReportingInstances: counted ? instances.reporting : null,
    RunningInstances: instances.running,
  };
  const stream = {
    ...publish,
    compartmentId,
    dimensions: { instancePoolId, pool: name },
    timestamp: window === null ? now : new Date(window.end),
  };
  return Object.entries(values).flatMap(([metric, value]) =>
    value === null ? [] : [{ ...stream, name: metric, value }],
  );
}
