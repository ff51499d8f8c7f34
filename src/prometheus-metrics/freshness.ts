import { onlyUp, windowTooShort } from "./notes.ts";
import { intervalOf, isOld, type Times } from "./sample-times.ts";
import { isHost, type Target } from "./target.ts";
import { type Moment, missing, type Verdict } from "./verdict.ts";

/** Two queries are answered at about one time, and scrapes of one moment differ by less. */
const nearby = 0.05;

/** The times of a target's own samples, where one of them is this one. */
export function timesWith({ memory, scrapes }: Target, time: number): Times | undefined {
  for (const times of [memory.totalTimes, scrapes.times]) {
    const newest = times.at(-1) ?? Number.NEGATIVE_INFINITY;
    // A scrape may have come between the two queries.
    const interval = intervalOf(times) ?? 0;
    if (time > newest + nearby && time - newest < 1.5 * interval) return [...times, time];
    if (times.some((one) => Math.abs(one - time) <= nearby)) return times;
  }
  return undefined;
}

/** The times of its scrapes, or of what it pushes. */
export function ownTimes({ scrapes, memory }: Target): Times {
  return scrapes.tries.length === 0 ? memory.totalTimes : scrapes.times;
}

/** The reason when none of the target's series has a sample that is recent; undefined where one has. */
export function whyGone(target: Target, moment: Pick<Moment, "now">): Verdict | undefined {
  const times = ownTimes(target);
  const newest = times.at(-1);
  if (newest === undefined) return target.scrapes.failed ? silent(target, moment) : undefined;
  const interval = intervalOf(times) ?? intervalOf(target.scrapes.tries);
  const old = interval !== undefined && isOld(newest, interval, moment.now);
  return old ? silent(target, moment) : undefined;
}

/** Its own `up` tells a target that can't be scraped from one that isn't scraped, or has nothing new. */
export function silent(target: Target, { now }: Pick<Moment, "now">): Verdict {
  const { tries, failed } = target.scrapes;
  const ended = isOld(tries.at(-1) ?? now, intervalOf(tries) ?? now, now);
  const note = isHost(target) ? undefined : onlyUp;
  return missing(failed && !ended ? "target_down" : "stale", note);
}

/** Younger than this a member may be without two samples. */
const newbornSeconds = 600;

export function isNewborn({ now, since }: Moment): boolean {
  return now - since < newbornSeconds;
}

export function tooFew(interval: number | undefined, moment: Moment): Verdict {
  const enough = interval !== undefined && 2 * interval < moment.seconds;
  if (isNewborn(moment) || enough) return missing("warming_up");
  const minutes = interval && Math.ceil((2 * interval - 1) / 60);
  return missing("no_data", windowTooShort(minutes));
}
