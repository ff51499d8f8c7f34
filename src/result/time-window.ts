/** A span of time: `start` belongs to it, `end` doesn't. */
export interface TimeWindow {
  readonly start: Date;
  readonly end: Date;
}

const minuteMs = 60_000;

/**
 * The last whole `minutes` before `now`. OCI aligns its data points to the request's start, and
 * the minute that is still running has fewer samples than the others: it is left out.
 */
export function lastWholeMinutes(now: Date, minutes: number): TimeWindow {
  const end = new Date(Math.floor(now.getTime() / minuteMs) * minuteMs);
  return { start: new Date(end.getTime() - minutes * minuteMs), end };
}
