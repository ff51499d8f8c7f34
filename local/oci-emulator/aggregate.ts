import type { Predicate, Statistic } from "./mql.ts";

/**
 * One statistic over the raw samples of an interval, in the order they were taken. `samples` must
 * not be empty, except for absent().
 */
export function aggregate(
  statistic: Statistic,
  samples: readonly number[],
  intervalMinutes: number,
): number {
  const first = samples.at(0) ?? Number.NaN;
  const last = samples.at(-1) ?? Number.NaN;
  switch (statistic.name) {
    case "avg":
    case "mean":
      return sum(samples) / samples.length;
    case "sum":
      return sum(samples);
    case "count":
      return samples.length;
    case "min":
      return samples.reduce((least, sample) => Math.min(least, sample), first);
    case "max":
      return samples.reduce((most, sample) => Math.max(most, sample), first);
    case "first":
      return first;
    case "last":
      return last;
    case "increment":
      return last - first;
    case "rate":
      return (last - first) / (intervalMinutes * 60);
    case "percentile":
      return percentile(samples, statistic.fraction);
    case "absent":
      return samples.length === 0 ? 1 : 0;
  }
}

export function satisfies(predicate: Predicate, value: number): boolean {
  switch (predicate.operator) {
    case ">":
      return value > predicate.value;
    case ">=":
      return value >= predicate.value;
    case "<":
      return value < predicate.value;
    case "<=":
      return value <= predicate.value;
    case "==":
      return value === predicate.value;
    case "!=":
      return value !== predicate.value;
    case "in":
      return value >= predicate.low && value <= predicate.high;
    case "not in":
      return value < predicate.low || value > predicate.high;
  }
}

function sum(samples: readonly number[]): number {
  return samples.reduce((total, sample) => total + sample, 0);
}

/** Between the two nearest ranks; how the service interpolates is not documented. */
function percentile(samples: readonly number[], fraction: number): number {
  const ranked = samples.toSorted((one, other) => one - other);
  const rank = fraction * (ranked.length - 1);
  const below = ranked[Math.floor(rank)] ?? Number.NaN;
  const above = ranked[Math.ceil(rank)] ?? Number.NaN;
  return below + (above - below) * (rank - Math.floor(rank));
}
