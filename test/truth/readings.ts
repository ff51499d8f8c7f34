import type { InstanceReadings } from "../../src/result/reading.ts";
import type { PoolResult, ResultDocument } from "../../src/result/result-document.ts";

/** The one pool of a document. Throws when the pool was not measured at all. */
export function measuredPool({ pools, error }: ResultDocument): PoolResult {
  const [pool] = pools;
  const failure = error ?? pool?.error;
  if (pool === undefined || failure !== undefined) {
    throw new Error(`The function failed: ${JSON.stringify(failure)}`);
  }
  return pool;
}

/** Every member's readings by its display name: the percentages, or why there are none. */
export function readingsOf({ instances }: PoolResult): ReadonlyMap<string, InstanceReadings> {
  const readings = new Map<string, InstanceReadings>();
  for (const { displayName, cpu, memory } of instances?.details ?? []) {
    const reasonOf = (metric: "cpu" | "memory") =>
      instances?.missing.find(
        (missing) => missing.displayName === displayName && missing.metrics.includes(metric),
      )?.reason;
    const reading = { cpu: cpu ?? reasonOf("cpu"), memory: memory ?? reasonOf("memory") };
    if (reading.cpu === undefined || reading.memory === undefined) {
      throw new Error(`${displayName} has neither a reading nor a reason.`);
    }
    readings.set(displayName, { cpu: reading.cpu, memory: reading.memory });
  }
  return readings;
}
