import type { Statistic } from "../config/pool-spec.ts";
import { overTime } from "../result/statistics.ts";
import type { Gauges } from "./exporters/exporter.ts";
import { silent, tooFew, whyGone } from "./freshness.ts";
import { gaugesQuery } from "./gauge-queries.ts";
import { impossibleMemory, sharedIsFree } from "./notes.ts";
import { intervalOf, isOld } from "./sample-times.ts";
import { readShares, type Shares, type Target } from "./target.ts";
import { type Moment, missing, percent, type Question, type Verdict } from "./verdict.ts";

/** A statistic of memory, or of CPU by its gauges, of all samples in the window; or what to ask for. */
export function sharesOverTime(target: Target, shares: Shares, moment: Moment): Verdict | Question {
  const { gauges } = shares;
  const { now, since, samplesSeconds, statistic } = moment;
  const own = Math.max(now - moment.seconds, since);
  const ask = (others: readonly string[]) => askAbout(gauges, others, own, moment);
  if (shares.times.length === 0) {
    const others = shares.total === undefined ? undefined : gauges.otherwise;
    return whyGone(target, moment) ?? (others ? ask(others) : missing("no_data"));
  }
  const interval = intervalOf(shares.times);
  const newest = shares.times.at(-1) ?? 0;
  if (interval !== undefined && isOld(newest, interval, now)) return silent(target, moment);
  const inside = usedWithin(shares, own, now);
  const reaches = now - samplesSeconds <= own;
  if (inside.length < 2 && reaches) return goneOrFew(target, interval, moment);
  if (!reaches || (shares.byMeans && since > now - moment.seconds)) {
    return ask(gauges.gauges);
  }
  return toVerdict({ ...shares, used: inside }, statistic);
}

function goneOrFew(target: Target, interval: number | undefined, moment: Moment): Verdict {
  return whyGone(target, moment) ?? tooFew(interval ?? intervalOf(target.scrapes.times), moment);
}

function usedWithin({ times, used }: Shares, start: number, now: number): readonly number[] {
  return used.filter((_, index) => {
    const time = times[index] ?? 0;
    return time > start && time <= now;
  });
}

/** What there is and these others, over all of the window since then: where that changed meanwhile, at each step. */
function askAbout(
  gauges: Gauges,
  others: readonly string[],
  own: number,
  moment: Moment,
  bySteps = moment.statistic !== "mean",
): Question {
  const { now, statistic } = moment;
  const stepSeconds = Math.max(60, moment.stepSeconds);
  const span = { statistic, seconds: Math.floor(now - own), stepSeconds, bySteps };
  return {
    ask: (selector) => gaugesQuery(selector, gauges, others, span),
    read(rows) {
      const shares = readShares(rows, gauges);
      const isOfSeveral = shares.total === Number.POSITIVE_INFINITY && !bySteps;
      return isOfSeveral
        ? askAbout(gauges, others, own, moment, true)
        : toVerdict(shares, statistic);
    },
  };
}

function toVerdict({ used, hintOnShared }: Shares, statistic: Statistic): Verdict {
  const verdict = memoryOf(used, statistic);
  const isSaid = verdict.note !== undefined || hintOnShared === undefined;
  return isSaid ? verdict : { ...verdict, note: sharedIsFree(hintOnShared) };
}

/** Of shares (0–1): one that can't be makes the reading no number. */
export function memoryOf(used: Shares["used"], statistic: Statistic): Verdict {
  const finite = used.filter(Number.isFinite);
  if (finite.length === 0) return missing(used.length === 0 ? "no_data" : "not_a_number");
  const wrong = finite
    .map((share) => percent(share, impossibleMemory))
    .find(({ reading }) => typeof reading !== "number");
  return wrong ?? percent(overTime(statistic, finite), impossibleMemory);
}
