import type { TimeWindow } from "../collectors/time-window.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { InvalidRequestError } from "../errors.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Statistic } from "../result/statistics.ts";
import type { MetricsQuery } from "./monitoring.ts";

/** What the Compute Instance Monitoring plugin of Oracle Cloud Agent publishes. */
export const namespace = "oci_computeagent";

export type MetricName = "CpuUtilization" | "MemoryUtilization";

/** One metric of some members of one compartment, found by a dimension of their streams. */
export interface PlannedQuery {
  readonly metric: MetricName;
  readonly compartmentId: string;
  readonly dimension: "instancePoolId" | "resourceId";
  /** What the dimension may be. */
  readonly values: readonly string[];
  /** Further conditions in MQL; a query that has them is about one pool. */
  readonly conditions: readonly string[];
  readonly windowMinutes: number;
  readonly statistic: Statistic;
  readonly window: TimeWindow;
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
const mostValues = 10;

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
  const pool = ["instancePoolId", [spec.instancePoolId]] as const;
  return groupBy(instances, ({ compartmentId }) => compartmentId)
    .flatMap((members) => divide(members, spec))
    .map(({ members, conditions }) => planned(metric, pool, conditions, members, spec, window));
}

/** The queries for members by their own OCIDs, whatever pool their metrics say they are in. */
export function instanceQueries(
  metric: MetricName,
  instances: readonly Instance[],
  spec: PoolSpec,
  window: TimeWindow,
): readonly PlannedQuery[] {
  return groupBy(instances, ({ compartmentId }) => compartmentId).flatMap((members) =>
    lists(members).map((list) =>
      planned(metric, ["resourceId", list.map(({ id }) => id)], [], list, spec, window),
    ),
  );
}

/** Both queries in one, if they ask the same of others and one answer can hold it. */
export function together(a: PlannedQuery, b: PlannedQuery): PlannedQuery | undefined {
  const alike =
    a.metric === b.metric &&
    a.compartmentId === b.compartmentId &&
    a.dimension === b.dimension &&
    a.conditions.length + b.conditions.length === 0 &&
    a.statistic === b.statistic &&
    a.windowMinutes === b.windowMinutes &&
    a.window.end.getTime() === b.window.end.getTime();
  const values = [...new Set([...a.values, ...b.values])];
  const instances = [...a.instances, ...b.instances];
  const fits = values.length <= mostValues && instances.length <= mostStreams(a.windowMinutes);
  return alike && fits ? { ...a, values, instances } : undefined;
}

/** Whether no other query can join this one. */
export function isFull({ values, conditions }: PlannedQuery): boolean {
  return values.length >= mostValues || conditions.length > 0;
}

/** The query as SummarizeMetricsData takes it. */
export function toMetricsQuery(query: PlannedQuery): MetricsQuery {
  const { metric, compartmentId, dimension, values, conditions, windowMinutes, window } = query;
  const interval = `${intervalMinutes(windowMinutes)}m`;
  const [only, ...others] = values;
  const who =
    others.length === 0 ? `${dimension} = "${only}"` : `${dimension} =~ "${values.join("|")}"`;
  const statistic = intervalStatistics[query.statistic];
  return {
    compartmentId,
    namespace,
    // Grouping by resourceId makes one stream of a member whose labels changed in the window.
    query: `${metric}[${interval}]{${[who, ...conditions].join(", ")}}.groupBy(resourceId).${statistic}`,
    startTime: window.start,
    endTime: window.end,
    // The default is documented in two ways, so it is always sent.
    resolution: interval,
  };
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
  [dimension, values]: readonly [PlannedQuery["dimension"], readonly string[]],
  conditions: readonly string[],
  instances: readonly Instance[],
  { windowMinutes, statistic }: PoolSpec,
  window: TimeWindow,
): PlannedQuery {
  const compartmentId = instances[0]?.compartmentId ?? "";
  const who = { compartmentId, dimension, values, conditions, instances };
  return { metric, ...who, windowMinutes, statistic, window };
}

/** How many streams one answer can hold. */
function mostStreams(windowMinutes: number): number {
  const points = windowMinutes / intervalMinutes(windowMinutes);
  return Math.min(maximumStreams, Math.floor(maximumPoints / points));
}

interface Division {
  readonly members: readonly Instance[];
  readonly conditions: readonly string[];
}

function divide(members: readonly Instance[], { windowMinutes }: PoolSpec): readonly Division[] {
  const most = mostStreams(windowMinutes);
  const small = (divisions: readonly Division[]) =>
    divisions.every((division) => division.members.length <= most);
  const whole = [{ members, conditions: [] }];
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
  return divisions.flatMap(({ members, conditions }) =>
    groupBy(members, (member) => member[dimension] ?? "").map((group) => {
      const value = group[0]?.[dimension];
      const more = value === undefined ? [] : [`${dimension} = "${value}"`];
      return { members: group, conditions: [...conditions, ...more] };
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
  const count = Math.ceil(instances.length / mostValues);
  return Array.from({ length: count }, (_, list) =>
    instances.slice(list * mostValues, (list + 1) * mostValues),
  );
}
