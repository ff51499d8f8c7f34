import type { Statistic } from "../config/pool-spec.ts";
import { overTime } from "../result/statistics.ts";
import { silent, timesWith, tooFew, whyGone } from "./freshness.ts";
import { counterFell, cpuApart, cpuOffline, modesNotKept } from "./notes.ts";
import { intervalOf, isOld, resolutionOf, type Times } from "./sample-times.ts";
import type { CpuStep, CpuTimes, Target } from "./target.ts";
import { type Moment, missing, percent, type Verdict } from "./verdict.ts";

type Sample = CpuStep & { readonly stamp: NonNullable<CpuStep["stamp"]> };

/** CPU time between two samples, in seconds. */
interface Part {
  readonly busy: number;
  readonly all: number;
  /** The time that passed on all CPUs. */
  readonly expected: number;
  readonly cpus: number;
}

/** How far the modes' sum may be from the CPUs' time: kernels count in ticks, and scrapes take a while. */
const tolerance = 0.02;
const slackSeconds = 0.5;
/** Where all modes are kept, kernels may lose some time. */
const mostLost = 0.03;
const tooMuch = ({ all, expected, cpus }: Omit<Part, "busy">, most = tolerance) =>
  all > (1 + most) * expected + slackSeconds * cpus;
const isWhole = ({ all, expected }: Omit<Part, "busy">) => all >= (1 - mostLost) * expected;

/** Whether the modes add up to the time that passed. */
export function addsUp(part: Omit<Part, "busy">): boolean {
  return isWhole(part) && !tooMuch(part);
}

/** A statistic of CPU: of its shares between samples that are a minute apart, or as far as they are. The mean is of all samples. */
export function cpuOverTime(target: Target, cpu: CpuTimes, moment: Moment): Verdict {
  const { now, since, seconds, stepSeconds, statistic } = moment;
  const samples = distinct(cpu.steps).filter(({ stamp }) => stamp.time >= since);
  const last = samples.at(-1);
  if (last === undefined) return withoutStamp(target, cpu, moment) ?? tooFew(undefined, moment);
  const scrapes = timesWith(target, last.stamp.time);
  // Where the last step is older than each sample is known.
  const gone = scrapes === undefined ? whyGone(target, moment) : undefined;
  if (gone !== undefined) return gone;
  const interval = cpuInterval(samples, scrapes, stepSeconds);
  if (interval !== undefined && isSilent(last, scrapes, interval, moment)) {
    return silent(target, moment);
  }
  const isMean = statistic === "mean";
  const resolution = resolutionOf(interval);
  const start = now - seconds - (isMean ? (interval ?? 0) : resolution / 2);
  const inside = samples.filter(({ stamp }) => stamp.time >= start);
  if (inside.length < 2) return tooFew(interval, moment);
  const apart = Math.max(resolution, stepSeconds);
  return isMean
    ? meanOf(inside, cpu)
    : statisticOf(statistic, partsOf(byMinute(inside, interval), 2 * apart), cpu);
}

/** Two samples, one long before the other, may be the end of a host that had been silent. */
const fewestRare = 3;

/** CPU may come more rarely than the target's other metrics; of more frequent samples steps don't see all. */
function cpuInterval(
  samples: readonly Sample[],
  scrapes: Times | undefined,
  stepSeconds: number,
): number | undefined {
  const own = intervalOf(samples.map(({ stamp }) => stamp.time));
  const isRare = own !== undefined && own > 1.5 * stepSeconds && samples.length >= fewestRare;
  return isRare || scrapes === undefined ? own : intervalOf(scrapes);
}

/** What has come since the last step is known by the other metrics, if CPU was still coming then. */
function isSilent(
  { stamp }: Sample,
  scrapes: Times | undefined,
  interval: number,
  { now, stepSeconds, lastStep = now - stepSeconds }: Moment,
): boolean {
  const newest = Math.max(stamp.time, scrapes?.at(-1) ?? 0);
  return isOld(newest, interval, now) || isOld(stamp.time, interval, lastStep);
}

/** Why there is no newest sample of idle time, if that can be told. */
export function withoutStamp(target: Target, cpu: CpuTimes, moment: Moment): Verdict | undefined {
  const gone = whyGone(target, moment);
  if (gone !== undefined || !cpu.known || !cpu.missing.includes("idle")) return gone;
  return missing("not_a_number", modesNotKept(cpu.missing));
}

/** The samples themselves: several steps may have seen one. */
function distinct(steps: readonly CpuStep[]): readonly Sample[] {
  const samples: Sample[] = [];
  for (const step of steps) {
    const { stamp } = step;
    if (stamp === undefined || stamp.time <= (samples.at(-1)?.stamp.time ?? 0)) continue;
    samples.push({ ...step, stamp });
  }
  return samples;
}

/** From sample to sample; none across a gap that is longer. */
function partsOf(samples: readonly Sample[], longest: number): readonly Part[] {
  const parts: Part[] = [];
  for (const [index, second] of samples.entries()) {
    const first = samples[index - 1];
    if (first === undefined) continue;
    const passed = second.stamp.time - first.stamp.time;
    if (passed > longest) continue;
    const { cpus } = second.stamp;
    const [busy, all] = [second.busy - first.busy, second.all - first.all];
    parts.push({ busy, all, expected: passed * cpus, cpus });
  }
  return parts;
}

/**
 * Samples that are about a minute apart: those next to the minutes of the clock, as jobs and bursts
 * often are in step with it, and OCI's intervals, too. All, where they are rarer than two in a minute.
 */
function byMinute(samples: readonly Sample[], interval: number | undefined): readonly Sample[] {
  if (interval === undefined || interval > 30) return samples;
  const nearest = new Map<number, Sample>();
  const away = ({ stamp }: Sample, minute: number) => Math.abs(stamp.time - 60 * minute);
  for (const sample of samples) {
    const minute = Math.round(sample.stamp.time / 60);
    const other = nearest.get(minute);
    if (other === undefined || away(sample, minute) < away(other, minute)) {
      nearest.set(minute, sample);
    }
  }
  // What is left at the ends is a part of a minute, and all there is in a short window.
  const [first, last] = [samples[0], samples.at(-1)];
  const inner = [...nearest.values()];
  return inner.length > 2 || !first || !last ? inner : [first, last];
}

/** Why parts don't add up: a CPU that is online again brings all that it has ever counted, at once. */
function whyApart(parts: readonly Part[]): Verdict {
  const more = parts.filter((part) => tooMuch(part)).length;
  const fell = parts.some(({ all }) => all < 0) ? counterFell : cpuApart;
  return missing("not_a_number", more > 0 && more < parts.length ? cpuOffline : fell);
}

/** Counters that fell, or whose CPU was away, leave out their part of the window; not all may. */
function statisticOf(statistic: Statistic, parts: readonly Part[], cpu: CpuTimes): Verdict {
  const possible = parts.filter((part) => part.all >= 0 && !tooMuch(part));
  // Where modes aren't kept, less than all is no sign of a fall: it is how busy these modes were.
  const isAll = cpu.missing.length === 0 || possible.every(isWhole);
  const plausible = isAll ? possible.filter(isWhole) : possible;
  if (2 * plausible.length <= parts.length) return whyApart(parts);
  const shares = plausible.map((part) => shareOf(part, isAll));
  const wrong = shares
    .map((share) => percent(share))
    .find(({ reading }) => typeof reading !== "number");
  return withNote(wrong ?? percent(overTime(statistic, shares)), isAll, cpu);
}

/** Of the time of a mean. */
const mostLeftOut = 0.02;
/** So far parts of a mean may be from the time that passed, as scrapes take a while, and kernels lose some. */
const mostAway = 0.15;
const isNear = (part: Part) =>
  !tooMuch(part, mostAway) && part.all >= (1 - mostAway) * part.expected - slackSeconds * part.cpus;

/** The mean is of all parts together: hardly any of the time is left out. */
function meanOf(samples: readonly Sample[], cpu: CpuTimes): Verdict {
  const isKept = cpu.missing.length === 0;
  // A CPU that is offline for a while shows 0, as one that has never run: it is one of the host's all the same.
  const cpus = samples.reduce((most, { stamp }) => Math.max(most, stamp.cpus), 0);
  const whole = samples.map((sample) => ({ ...sample, stamp: { ...sample.stamp, cpus } }));
  // What isn't kept could hide in the time that a host was down.
  const parts = partsOf(whole, Number.POSITIVE_INFINITY).map((part, index) =>
    isKept ? sinceRestart(part, whole[index + 1]) : part,
  );
  const isPossible = (part: Part) => part.all >= 0 && !tooMuch(part, mostAway);
  const used = sumOf(parts.filter(isKept ? isNear : isPossible));
  if (used.expected < (1 - mostLeftOut) * sumOf(parts).expected || tooMuch(used))
    return whyApart(parts);
  const isAll = isKept || isWhole(used);
  const [first = 0, last = 0] = [samples[0], samples.at(-1)].map((one) => one?.stamp.time);
  return withNote({ ...percent(shareOf(used, isAll)), span: { first, last } }, isAll, cpu);
}

/** Counters that began again hold the time since then, which is no more than has passed. */
function sinceRestart(part: Part, second: Sample | undefined): Part {
  if (second === undefined || isNear(part)) return part;
  const { busy, all } = second;
  return tooMuch({ ...part, all }) ? part : { ...part, busy, all, expected: all };
}

/** @param isAll whether the modes are all of the time; else what isn't idle is busy */
function shareOf({ busy, all, expected }: Part, isAll: boolean): number {
  return isAll ? busy / all : 1 - (all - busy) / expected;
}

function sumOf(parts: readonly Part[]): Part {
  const sum = { busy: 0, all: 0, expected: 0, cpus: 0 };
  for (const { busy, all, expected, cpus } of parts) {
    sum.busy += busy;
    sum.all += all;
    sum.expected += expected;
    sum.cpus = Math.max(sum.cpus, cpus);
  }
  return sum;
}

/** Waiting for I/O is idle: where it isn't kept, it can't be told from busy time. */
function withNote(
  verdict: Verdict,
  isAll: boolean,
  { missing: unkept, counter }: CpuTimes,
): Verdict {
  if (isAll) return verdict;
  const note = modesNotKept(unkept);
  return unkept.some((mode) => counter.idle.includes(mode))
    ? missing("not_a_number", note)
    : { ...verdict, note };
}
