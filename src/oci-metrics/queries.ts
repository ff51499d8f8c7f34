import type { TimeWindow } from "../collectors/time-window.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { InvalidRequestError } from "../errors.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Statistic } from "../result/statistics.ts";
import type { MetricsQuery } from "./monitoring.ts";

/** What the Compute Instance Monitoring plugin of Oracle Cloud Agent publishes. */
export const namespace = "oci_computeagent";

export type MetricName = "CpuUtilization" | "MemoryUtilization";

/** A query, and the members that it is about. */
export interface PlannedQuery {
  readonly query: MetricsQuery;
  readonly instances: readonly Instance[];
}

/**
 * How each statistic asks for an interval. The window's intervals are put together by us, and a
 * percentile can't be made from percentiles: it ranks the intervals' means.
 */
const intervalStatistics: Readonly<Record<Statistic, string>> = {
  mean: "mean()",
  max: "max()",
  min: "min()",
  p50: "mean()",
  p90: "mean()",
  p95: "mean()",
  p99: "mean()",
};

/** At most this many data points a member, where the window can be divided so. */
const pointsWanted = 60;
/** What SummarizeMetricsData returns at most (Monitoring limits, in the API reference). */
const maximumStreams = 2_000;
const maximumPoints = 100_000;

/** More alternatives in one `=~` are not known to work; Cloud Custodian stops at ten, too. */
const instancesPerList = 10;

/**
 * The queries for one metric of the whole pool: one, unless members live in several compartments,
 * or are more than one answer can hold; then one for each compartment, or availability or fault
 * domain.
 * @throws InvalidRequestError when no division makes the answers small enough.
 */
export function poolQueries(
  metric: MetricName,
  instances: readonly Instance[],
  spec: PoolSpec,
  window: TimeWindow,
): readonly PlannedQuery[] {
  const pool = `instancePoolId = "${spec.instancePoolId}"`;
  return groupBy(instances, ({ compartmentId }) => compartmentId)
    .flatMap((members) => divide(members, spec))
    .map(({ members, dimensions }) =>
      planned(metric, [pool, ...dimensions].join(", "), members, spec, window),
    );
}

/** The queries for members by their own OCIDs, whatever pool their metrics say they are in. */
export function instanceQueries(
  metric: MetricName,
  instances: readonly Instance[],
  spec: PoolSpec,
  window: TimeWindow,
): readonly PlannedQuery[] {
  return groupBy(instances, ({ compartmentId }) => compartmentId).flatMap((members) =>
    lists(members).map((list) => {
      const ids = list.map(({ id }) => id).join("|");
      return planned(metric, `resourceId =~ "${ids}"`, list, spec, window);
    }),
  );
}

/** The shortest interval (1–60 minutes) that divides the window evenly into few enough points. */
export function intervalMinutes(windowMinutes: number): number {
  for (let minutes = 1; minutes <= 60; minutes++) {
    if (windowMinutes % minutes === 0 && windowMinutes / minutes <= pointsWanted) return minutes;
  }
  return 1;
}

function planned(
  metric: MetricName,
  dimensions: string,
  instances: readonly Instance[],
  spec: PoolSpec,
  { start, end }: TimeWindow,
): PlannedQuery {
  const interval = `${intervalMinutes(spec.windowMinutes)}m`;
  const statistic = intervalStatistics[spec.statistic];
  // Grouping by resourceId makes one stream of a member whose labels changed in the window.
  const query = `${metric}[${interval}]{${dimensions}}.groupBy(resourceId).${statistic}`;
  const compartmentId = instances[0]?.compartmentId ?? "";
  return {
    // The default resolution is documented in two ways, so it is always sent.
    query: {
      compartmentId,
      namespace,
      query,
      startTime: start,
      endTime: end,
      resolution: interval,
    },
    instances,
  };
}

interface Division {
  readonly members: readonly Instance[];
  readonly dimensions: readonly string[];
}

function divide(members: readonly Instance[], { windowMinutes }: PoolSpec): readonly Division[] {
  const points = windowMinutes / intervalMinutes(windowMinutes);
  const most = Math.min(maximumStreams, Math.floor(maximumPoints / points));
  const small = (divisions: readonly Division[]) =>
    divisions.every((division) => division.members.length <= most);
  const whole = [{ members, dimensions: [] }];
  if (small(whole)) return whole;
  const byDomain = divideBy(whole, "availabilityDomain");
  if (small(byDomain)) return byDomain;
  const byFaultDomain = divideBy(byDomain, "faultDomain");
  if (small(byFaultDomain)) return byFaultDomain;
  throw new InvalidRequestError(
    `windowMinutes: OCI Monitoring can't answer ${windowMinutes} minutes for ${members.length} members; it gives at most ${maximumStreams} streams and ${maximumPoints} points.`,
    { hint: "Choose a shorter window, or one of whole hours." },
  );
}

function divideBy(
  divisions: readonly Division[],
  dimension: "availabilityDomain" | "faultDomain",
): readonly Division[] {
  return divisions.flatMap(({ members, dimensions }) =>
    groupBy(members, (member) => member[dimension] ?? "").map((group) => {
      const value = group[0]?.[dimension];
      const more = value === undefined ? [] : [`${dimension} = "${value}"`];
      return { members: group, dimensions: [...dimensions, ...more] };
    }),
  );
}

function groupBy(instances: readonly Instance[], key: (instance: Instance) => string) {
  const groups = new Map<string, Instance[]>();
  for (const instance of instances) {
    const group = groups.get(key(instance));
    if (group === undefined) groups.set(key(instance), [instance]);
    else group.push(instance);
  }
  return [...groups.values()];
}

function lists(instances: readonly Instance[]): readonly (readonly Instance[])[] {
  const count = Math.ceil(instances.length / instancesPerList);
  return Array.from({ length: count }, (_, list) =>
    instances.slice(list * instancesPerList, (list + 1) * instancesPerList),
  );
}
