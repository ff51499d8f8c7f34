/** Times are in unix seconds, in order. */
export type Times = readonly number[];

/** As many intervals back the newest sample may be: one missed scrape is no death. */
const patience = 2.5;
/** So many of the newest samples tell how often they come. */
const observed = 11;

/** Gaps that may be longer than the interval: a host may have been silent twice. */
const oddGaps = 2;

/**
 * How far apart samples come; undefined when there are less than two. It is the third longest of the newest gaps, or the
 * second of few: two servers that write one series leave short gaps between the long ones.
 */
export function intervalOf(times: Times): number | undefined {
  const newest = times.slice(-observed);
  const gaps = newest.slice(1).map((time, index) => time - (newest[index] ?? time));
  gaps.sort((a, b) => b - a);
  return gaps[Math.min(oddGaps, Math.floor((gaps.length + 1) / 3))];
}

/** Whether the newest sample is too old to be of now, where samples come so often. */
export function isOld(newest: number, interval: number, now: number): boolean {
  return now - newest > patience * interval;
}

/** The times of a window that ends now, after `start`. */
export function within(times: Times, start: number, now: number): Times {
  return times.filter((time) => time > start && time <= now);
}

/**
 * The seconds that `delta` and `rate` of Prometheus make of samples at these times: as far as the
 * window goes, where the next sample may well be outside of it, else half an interval more. From
 * `extrapolatedRate` in Prometheus' promql/functions.go.
 */
export function extrapolatedSeconds(times: Times, start: number, now: number): number {
  const [first = now, last = now] = [times[0], times.at(-1)];
  const interval = (last - first) / (times.length - 1);
  const more = (seconds: number) => (seconds < 1.1 * interval ? seconds : interval / 2);
  return last - first + more(first - start) + more(now - last);
}

/** What statistics are of, in seconds: values of a minute, or of the scrape interval where that is longer. */
export function resolutionOf(interval: number | undefined): number {
  return Math.max(60, interval ?? 0);
}
