import type { PoolSpec } from "../config/pool-spec.ts";
import { groupBy } from "../group-by.ts";
import { type Cause, type Explanation, lookBackMinutes } from "../result/explanation.ts";
import type { InstanceMetrics, PoolMetrics } from "../result/pool-metrics.ts";
import type { MissingReason, Reading } from "../result/reading.ts";
import type { Metric } from "../result/result-document.ts";

/** Why a reading is missing, and what the source itself says of this member. */
interface Why {
  readonly cause: Cause;
  readonly known: Explanation | undefined;
}

/** Members that miss the same for the same cause. */
interface MissingReadings extends Why {
  readonly metrics: readonly Metric[];
  /** What they are called. */
  readonly members: readonly string[];
}

const keyOf = ({ cause, known }: Why) => `${cause} ${known?.says}`;

/** The counted members that have no reading, by what they miss, and why. */
export function missingReadings(
  { counted, metrics }: PoolMetrics,
  longer: InstanceMetrics | undefined,
): readonly MissingReadings[] {
  const byMember = counted.flatMap(({ id, displayName }) => {
    const whys = (["cpu", "memory"] as const).flatMap((metric) => {
      const reading = metrics?.readings.get(id)?.[metric] ?? "no_data";
      if (typeof reading === "number") return [];
      const cause = causeOf(reading, longer?.readings.get(id)?.[metric]);
      return { metric, cause, known: metrics?.explanations?.get(id)?.[metric] };
    });
    return [...groupBy(whys, keyOf).values()].map((same) => {
      const [{ cause, known }] = same;
      return { cause, known, metrics: same.map(({ metric }) => metric), displayName };
    });
  });
  const groups = groupBy(byMember, (one) => `${keyOf(one)} ${one.metrics}`);
  return [...groups.values()].map((alike) => {
    return { ...alike[0], members: alike.map(({ displayName }) => displayName) };
  });
}

/**
 * What a longer window shows of a missing reading: who has one there is asked for over too short a
 * time, and who has only old ones has stopped reporting. `longer` is undefined when nobody looked.
 */
function causeOf(reason: MissingReason, longer: Reading | undefined): Cause {
  if (reason !== "no_data" && reason !== "warming_up") return reason;
  if (typeof longer === "number") return "window_too_short";
  return reason === "no_data" && longer === "stale" ? "stale" : reason;
}

/** The same pool over hours, when that may tell why some members have no reading. */
export function overLonger(spec: PoolSpec, { metrics }: PoolMetrics): PoolSpec | undefined {
  const readings = [...(metrics?.readings.values() ?? [])].flatMap(({ cpu, memory }) => [
    cpu,
    memory,
  ]);
  const unclear = readings.some((reading) => reading === "no_data" || reading === "warming_up");
  if (!unclear || spec.windowMinutes >= lookBackMinutes) return undefined;
  return { ...spec, windowMinutes: lookBackMinutes, statistic: "mean" };
}
