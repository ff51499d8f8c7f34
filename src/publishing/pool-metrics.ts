import type { PoolSpec } from "../config/pool-spec.ts";
import type { CustomMetric } from "../oci/calls.ts";
import { knownReporting, type PoolResult } from "../result/result-document.ts";

/**
 * What a pool's result says, as custom metrics: only what is known. Averages that the result itself
 * calls failed (by `minCoverage`) are for a person to look at, not for an alarm to act on. A missing value
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
  const values = {
    CpuUtilization: measured ? cpu.average : null,
    MemoryUtilization: measured ? memory.average : null,
    ReportingInstances: knownReporting(instances) ?? null,
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
