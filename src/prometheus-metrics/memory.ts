import type { Statistic } from "../config/pool-spec.ts";
import { overTime } from "../result/statistics.ts";
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
  const span = {
    statistic,
    seconds: Math.floor(now - own),
    stepSeconds: Math.max(60, moment.stepSeconds),
  };
  const read = ({ used, hintOnShared }: Shares): Verdict => {
    const verdict = memoryOf(used, statistic);
    const isSaid = verdict.note !== undefined || hintOnShared === undefined;
    return isSaid ? verdict : { ...verdict, note: sharedIsFree(hintOnShared) };
  };
  const ask = (others: readonly string[]): Question => ({
    ask: (selector) => gaugesQuery(selector, gauges, others, span),
    read: (rows) => read(readShares(rows, gauges)),
  });
  if (shares.total === undefined) return whyGone(target, moment) ?? missing("no_data");
  if (shares.times.length === 0) {
    const { otherwise } = gauges;
    return whyGone(target, moment) ?? (otherwise ? ask(otherwise) : missing("no_data"));
  }
  const interval = intervalOf(shares.times);
  const newest = shares.times.at(-1) ?? 0;
  if (interval !== undefined && isOld(newest, interval, now)) return silent(target, moment);
  const inside = shares.used.filter((_, index) => {
    const time = shares.times[index] ?? 0;
    return time > own && time <= now;
  });
  if (inside.length < 2) {
    return whyGone(target, moment) ?? tooFew(interval ?? intervalOf(target.scrapes.times), moment);
  }
  if (now - samplesSeconds > own || (shares.byMeans && since > now - moment.seconds)) {
    return ask(gauges.gauges);
  }
  return read({ ...shares, used: inside });
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
