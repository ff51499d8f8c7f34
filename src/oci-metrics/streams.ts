import type { PoolSpec, Statistic } from "../config/pool-spec.ts";
import { type Instance, isYoungerThan } from "../instance-manager/instance-pool.ts";
import type { MetricStream } from "../oci/answers.ts";
import type { Reading } from "../result/reading.ts";
import { overTime } from "../result/statistics.ts";
import type { TimeWindow } from "../result/time-window.ts";

const minuteMs = 60_000;
/** Oracle Cloud Agent takes a sample each ten seconds. */
const samplesPerMinute = 6;
/**
 * A member whose newest minute ended longer ago has stopped reporting; the service publishes late.
 * Oracle says both that a point's timestamp is its interval's start and its end.
 */
const freshMs = 2 * minuteMs;
/** A new instance was seen to have its first point three minutes after it was created. */
const warmUpMinutes = 10;
/** What rounding may add to a percentage. */
const roundingPercent = 0.01;

/** What a member reported in intervals of so many minutes: percent, at epoch ms. */
export interface Intervals extends Pick<MetricStream, "times" | "values"> {
  readonly minutes: number;
  /** How many samples each is the mean of, 0 where that is not known; all there can be by default. */
  readonly samples: readonly number[] | undefined;
}

/** By the member's OCID in lower case; two streams of one member are one. */
export type PointsByMember = Map<string, Intervals[]>;

/** Adds the streams of a part of the window; with `counts`, each interval weighs what it holds. */
export function addPoints(
  points: PointsByMember,
  streams: readonly MetricStream[],
  minutes: number,
  counts: readonly MetricStream[] | undefined,
): void {
  const keyOf = ({ dimensions: { resourceId, instancePoolId } }: MetricStream) =>
    `${instancePoolId} ${resourceId}`;
  const counted = new Map(counts?.map((stream) => [keyOf(stream), stream]));
  for (const stream of streams) {
    const { times, values, dimensions } = stream;
    const id = dimensions.resourceId?.toLowerCase();
    if (id === undefined || times.length === 0) continue;
    const count = counted.get(keyOf(stream));
    const countAt = new Map(count?.times.map((at, index) => [at, count.values[index]]));
    const samples = counts && times.map((at) => countAt.get(at) || 0);
    points.set(id, [...(points.get(id) ?? []), { minutes, times, values, samples }]);
  }
}

type Point = ReturnType<typeof toPoints>[number];

/** Each interval by itself, and how many samples its value stands on. */
function toPoints({ minutes, times, values, samples }: Intervals) {
  const points = times.map((at, index) => {
    const weight = samples?.[index] ?? minutes * samplesPerMinute;
    return { at, minutes, value: values[index] ?? Number.NaN, weight };
  });
  return points.filter(({ weight }) => weight > 0);
}

/**
 * What a member's points say. None counts that lies outside of the window, or wholly before the
 * member was created; only minutes show that it is still there.
 */
export function readingOf(
  member: Instance,
  intervals: readonly Intervals[],
  { statistic }: PoolSpec,
  { start, end }: TimeWindow,
): Reading {
  const born = Date.parse(member.timeCreated ?? "");
  const own = intervals
    .flatMap(toPoints)
    .filter(
      ({ at, minutes }) =>
        at >= start.getTime() && at <= end.getTime() && !(at + minutes * minuteMs <= born),
    );
  if (own.length === 0) return isYoungerThan(member, warmUpMinutes, end) ? "warming_up" : "no_data";
  const freshFrom = end.getTime() - freshMs - minuteMs;
  if (!own.some(({ at, minutes }) => minutes === 1 && at >= freshFrom)) return "stale";
  const isPercent = (value: number) => value >= -roundingPercent && value <= 100 + roundingPercent;
  if (!own.every(({ value }) => isPercent(value))) return "not_a_number";
  return Math.min(100, Math.max(0, overWindow(statistic, own)));
}

function overWindow(statistic: Statistic, points: readonly Point[]): number {
  if (statistic === "mean") return weightedMean(points);
  const longer = points.filter(({ minutes }) => minutes > 1);
  const isRanked = statistic !== "max" && statistic !== "min";
  const valuesOf = (some: readonly Point[]) => some.map(({ value }) => value);
  if (longer.length === 0 || !isRanked) return overTime(statistic, valuesOf(points));
  // The newest minutes are one interval more, or they would rank as many.
  const newest = weightedMean(points.filter(({ minutes }) => minutes === 1));
  return overTime(statistic, [...valuesOf(longer), newest]);
}

function weightedMean(points: readonly Point[]): number {
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  return points.reduce((sum, { value, weight }) => sum + value * (weight / total), 0);
}
