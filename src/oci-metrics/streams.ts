import type { TimeWindow } from "../collectors/time-window.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Reading } from "../result/reading.ts";
import { overTime } from "../result/statistics.ts";
import type { DataPoint, MetricStream } from "./monitoring.ts";
import { intervalMinutes } from "./queries.ts";

const minuteMs = 60_000;

/**
 * A member whose newest point is older than this, besides the interval that it stands for, has
 * stopped reporting: Oracle says both that a point's timestamp is its interval's start and its end.
 */
const freshMs = 2 * minuteMs;

/** A new instance was seen to have its first point three minutes after it was created. */
const warmUpMs = 10 * minuteMs;

/** The points of each instance, by its OCID; two streams of one instance are one. */
export function pointsByInstance(
  streams: readonly MetricStream[],
): ReadonlyMap<string, readonly DataPoint[]> {
  const points = new Map<string, DataPoint[]>();
  for (const { dimensions, aggregatedDatapoints } of streams) {
    const id = dimensions.resourceId?.toLowerCase();
    if (id === undefined) continue;
    const known = points.get(id);
    if (known === undefined) points.set(id, [...aggregatedDatapoints]);
    else known.push(...aggregatedDatapoints);
  }
  return points;
}

/** What a member's points in the window say; those with any other time are nothing that was asked for. */
export function readingOf(
  points: readonly DataPoint[] | undefined,
  instance: Instance,
  { windowMinutes, statistic }: PoolSpec,
  { start, end }: TimeWindow,
): Reading {
  const reported = (points ?? []).filter(({ timestamp, value }) => {
    const time = Date.parse(timestamp);
    return value !== null && time >= start.getTime() && time <= end.getTime();
  });
  if (reported.length === 0) return isNew(instance, end) ? "warming_up" : "no_data";
  const newest = Math.max(...reported.map(({ timestamp }) => Date.parse(timestamp)));
  if (newest < end.getTime() - intervalMinutes(windowMinutes) * minuteMs - freshMs) return "stale";
  const reading = overTime(
    statistic,
    reported.map(({ value }) => value ?? Number.NaN),
  );
  return Number.isFinite(reading) ? Math.min(100, Math.max(0, reading)) : "not_a_number";
}

/** Whether the instance is too young to be missed. */
export function isNew({ timeCreated }: Instance, now: Date): boolean {
  // Of what is no date, the difference is NaN, which is not less.
  return now.getTime() - Date.parse(timeCreated ?? "") < warmUpMs;
}
