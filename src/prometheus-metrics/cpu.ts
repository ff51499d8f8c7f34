import { addsUp, cpuOverTime, withoutStamp } from "./cpu-steps.ts";
import { vocabularyOf } from "./exporters/exporters.ts";
import { ownTimes, timesWith, tooFew, whyGone } from "./freshness.ts";
import { cpuStepsQuery } from "./queries.ts";
import { extrapolatedSeconds, intervalOf, isOld, type Times, within } from "./sample-times.ts";
import { type CpuTimes, readCpu, type Target } from "./target.ts";
import { type Moment, percent, type Question, type Verdict } from "./verdict.ts";

/** How often samples come where that isn't known, in seconds. */
const usualInterval = 15;

/** The mean share of CPU, when its counters agree with the time that passed; else what to ask for. */
export function cpuMean(target: Target, cpu: CpuTimes, moment: Moment): Verdict | Question {
  return meanAtOnce(target, cpu, moment) ?? lookAgain(target, cpu, moment);
}

/** Nothing is left out when the modes of all CPUs add up to the time between the samples. */
function meanAtOnce(target: Target, cpu: CpuTimes, moment: Moment): Verdict | undefined {
  const [step] = cpu.steps;
  const { now, seconds, since } = moment;
  const start = now - seconds;
  if (step?.stamp === undefined) return withoutStamp(target, cpu, moment);
  const { time, cpus } = step.stamp;
  const times = timesWith(target, time);
  const interval = times && intervalOf(times);
  if (times === undefined || interval === undefined) return undefined;
  // CPU may come more rarely than what its interval was taken from.
  if (isOld(time, interval, now)) return whyGone(target, moment);
  const own = within(times, Math.max(start, since), now);
  if (own.length < 2) return tooFew(interval, moment);
  const all = within(times, start, now);
  const reaches = moment.samplesSeconds >= seconds;
  if (reaches && all.length > own.length) return undefined;
  const spent = reaches ? passed(times, moment) : seconds;
  if (spent === undefined || !addsUp({ all: step.all, expected: cpus * spent, cpus })) {
    return undefined;
  }
  return {
    ...percent(step.busy / step.all),
    span: reaches ? { first: all[0] ?? time, last: time } : undefined,
  };
}

/** The time between the samples of the window, as far as the server counts it; undefined if not known. */
function passed(times: Times, { now, seconds, extrapolates }: Moment): number | undefined {
  const start = now - seconds;
  const inside = within(times, start, now);
  if (extrapolates) return extrapolatedSeconds(inside, start, now);
  // VictoriaMetrics counts from the last sample before the window, also where we don't know of it.
  const [second = now] = inside;
  const isNew = second - start > 1.5 * (intervalOf(times) ?? seconds);
  const first = times.findLast((time) => time <= start) ?? (isNew ? second : undefined);
  return first === undefined ? undefined : (inside.at(-1) ?? now) - first;
}

/**
 * Asks for the counters of these hosts at each sample, as far as answers have room: each two make a part of the mean,
 * and what disagrees is left out.
 */
function lookAgain(target: Target, cpu: CpuTimes, moment: Moment): Question {
  const { now, since, stepSeconds, extrapolates } = moment;
  const start = Math.max(now - moment.seconds, since);
  const interval = intervalOf(ownTimes(target)) ?? usualInterval;
  const apart = Math.max(1, Math.floor(interval), stepSeconds);
  // The sample before the window is known by a step before it.
  const seconds = apart * (Math.ceil((now - start) / apart) + 1);
  // The newest sample may have come after the last step. VictoriaMetrics counts its steps from the window's start.
  const laterMs = extrapolates ? Math.round(1000 * now) % (1000 * apart) : 0;
  const vocabulary = vocabularyOf([{ cpu: cpu.counter, memory: target.exporter.memory }], true);
  return {
    ask: (selector) => cpuStepsQuery(selector, seconds, apart, vocabulary, laterMs),
    read: (rows) =>
      cpuOverTime(target, readCpu(rows, cpu.counter), { ...moment, stepSeconds: apart }),
  };
}
