import type { Statistic } from "../config/pool-spec.ts";

/** What a pool's members add up to: percent 0–100, null where no member reported. */
export interface Utilization {
  readonly average: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p95: number | null;
  readonly reporting: number;
}

/** The utilization of nobody: no reading is null, never 0. */
export const nothingReported: Utilization = {
  average: null,
  min: null,
  max: null,
  p95: null,
  reporting: 0,
};

/**
 * Summarizes one reading per member; every member counts once. `values` are finite percentages.
 */
export function summarize(values: readonly number[]): Utilization {
  if (values.length === 0) return nothingReported;
  return {
    average: round(mean(values)),
    min: round(Math.min(...values)),
    max: round(Math.max(...values)),
    p95: round(quantile(values, 0.95)),
    reporting: values.length,
  };
}

/**
 * Reduces one member's readings over time to one.
 * @throws RangeError when there is no reading: what is missing has no statistic.
 */
export function overTime(statistic: Statistic, values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("a statistic needs at least one value");
  switch (statistic) {
    case "mean":
      return mean(values);
    case "max":
      return Math.max(...values);
    case "min":
      return Math.min(...values);
    default:
      return quantile(values, quantileOf(statistic));
  }
}

/** The quantile that a percentile names: `p95` is 0.95. */
function quantileOf(percentile: `p${50 | 90 | 95 | 99}`): number {
  return Number(percentile.slice(1)) / 100;
}

/** Rounds a percentage to two decimals, which is more than any source can vouch for. */
export function round(percent: number): number {
  return Math.round(percent * 100) / 100;
}

function mean(values: readonly number[]): number {
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  // The sum's rounding error can push the mean of equal values a hair outside of them.
  return Math.min(Math.max(average, Math.min(...values)), Math.max(...values));
}

/** Linear interpolation between closest ranks, as PromQL's `quantile` does. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? Number.NaN;
  const above = sorted[Math.ceil(rank)] ?? below;
  return below + (above - below) * (rank - Math.floor(rank));
}
