import type { PoolSpec } from "../config/pool-spec.ts";
import type { MetricsQuery } from "../oci/calls.ts";
import type { TimeWindow } from "../result/time-window.ts";

type View = Pick<PoolSpec, "windowMinutes" | "statistic">;

/** What the Compute Instance Monitoring plugin of Oracle Cloud Agent publishes. */
export const metricNames = ["CpuUtilization", "MemoryUtilization"] as const;

/** What SummarizeMetricsData returns at most (Monitoring limits, in the API reference). */
export const maximumStreams = 2_000;
const maximumPoints = 100_000;
/** More alternatives in one `=~` are not known to work; Cloud Custodian stops at ten, too. */
export const mostIds = 10;
/** Whatever has no more minutes fits into one answer, however many streams that has. */
export const shortWindowMinutes = maximumPoints / maximumStreams;
/** A window takes so many queries of a metric at most. */
const mostQueries = 3;
/**
 * A member whose newest interval ended longer ago than two minutes has stopped reporting. In a shorter
 * window one that still does may have none yet, as the service publishes late.
 */
export const newestMinutes = 3;

/** What a question is about: a metric in one compartment. */
export interface Subject {
  readonly metric: (typeof metricNames)[number];
  /** Whose region, window and statistic are asked for. */
  readonly spec: PoolSpec;
  readonly compartmentId: string;
}

/** What is asked, and of whom. */
export interface Question extends Subject {
  readonly dimension: "instancePoolId" | "resourceId";
  /** The OCIDs whose streams are wanted; of more than `mostIds`, every pool is asked for. */
  readonly ids: readonly string[];
  /** The one about more pools that is asked first: a list, or every pool. */
  readonly within?: Question | undefined;
  /** Further conditions in MQL. */
  readonly conditions: readonly string[];
  /** How many streams there are; 0 where that is not known. */
  readonly streams: number;
}

/** A part of a window, in minutes from its start, and the intervals that it is asked for in. */
interface Part {
  /** One query for each. */
  readonly aggregates: readonly ("mean" | "max" | "min" | "count")[];
  readonly intervalMinutes: number;
  readonly from: number;
  readonly to: number;
}

/** Whether the statistic ranks values; the means of intervals, as the service has no others. */
export function isPercentile(statistic: PoolSpec["statistic"]): boolean {
  return statistic.startsWith("p");
}

/** How many streams can be asked for together, and still in minutes where one pool alone could be. */
export function mostStreams({ windowMinutes, statistic }: View): number {
  if (!isPercentile(statistic)) return maximumStreams;
  return Math.min(maximumStreams, Math.floor((mostQueries * maximumPoints) / windowMinutes));
}

/** How many points the answers about so many members have, at most. */
export function mostPointsOf({ windowMinutes }: View, members: number): number {
  return Math.min(members * windowMinutes, mostQueries * maximumPoints);
}

/**
 * What is asked for to know a statistic of so many streams over a window: one-minute intervals, if an
 * answer holds them. Else the newest minutes, which show who has fallen silent, and longer intervals
 * before them: their mean() weighed by their count() makes the mean of all samples, and their max() and
 * min() are those of all samples. A percentile has more than one answer to stay with minutes, and then ranks
 * the means of the shortest intervals that fit.
 */
export function partsOf({ windowMinutes, statistic }: View, streams: number): readonly Part[] {
  const most = Math.floor(maximumPoints / Math.max(1, streams));
  const answers = isPercentile(statistic) ? mostQueries : 1;
  const isShort = windowMinutes <= answers * most;
  const older = windowMinutes - newestMinutes;
  const interval = isShort ? 1 : Math.ceil(older / (Math.max(1, answers - 1) * most));
  const newest = isShort ? windowMinutes : interval * Math.floor(older / interval);
  const own = statistic === "max" || statistic === "min" ? statistic : "mean";
  const weighed: Part["aggregates"] =
    statistic === "mean" && interval > 1 ? ["mean", "count"] : [own];
  const parts: Part[] = [];
  for (let from = 0; from < newest; from += interval * most) {
    const to = Math.min(newest, from + interval * most);
    parts.push({ aggregates: weighed, intervalMinutes: interval, from, to });
  }
  if (isShort) return parts;
  return [...parts, { aggregates: [own], intervalMinutes: 1, from: newest, to: windowMinutes }];
}

/** The queries of a question: for each part of the window one for each aggregate. */
export function queriesOf(
  { metric, spec, streams, compartmentId, dimension, ids, conditions }: Question,
  { start }: TimeWindow,
): readonly { readonly intervalMinutes: number; readonly queries: readonly MetricsQuery[] }[] {
  const isEveryPool = ids.length > mostIds;
  const value = isEveryPool ? "ocid1.instancepool.*" : ids.join("|");
  const who = [`${dimension} ${ids.length > 1 ? "=~" : "="} "${value}"`, ...conditions];
  // Grouping by resourceId makes one stream of a member whose labels changed in the window.
  const groups = isEveryPool ? "instancePoolId, resourceId" : "resourceId";
  const at = (minute: number) => new Date(start.getTime() + minute * 60_000);
  return partsOf(spec, streams).map(({ aggregates, intervalMinutes, from, to }) => ({
    intervalMinutes,
    queries: aggregates.map((aggregate) => ({
      compartmentId,
      namespace: "oci_computeagent",
      query: `${metric}[${intervalMinutes}m]{${who.join(", ")}}.groupBy(${groups}).${aggregate}()`,
      startTime: at(from),
      endTime: at(to),
      // The default is documented in two ways, so it is always sent.
      resolution: `${intervalMinutes}m`,
      pools: isEveryPool ? new Set(ids) : undefined,
    })),
  }));
}
