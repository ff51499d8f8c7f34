import fc from "fast-check";
import type { Statistic } from "../../src/config/pool-spec.ts";
import { overTime } from "../../src/result/statistics.ts";
import type { HistoryCase } from "./history-case.ts";
import { type HistoryHost, isIn, sampleAges, spentBetween } from "./history-host.ts";
import { type Load, linux } from "./history-hosts.ts";

/** A host with a random history, of which it is known what is true at any time. */
export interface RandomHost {
  readonly one: HistoryCase;
  /** Its host with all modes, kept or not. */
  readonly whole: HistoryHost;
  /** The same, as another server scrapes it. */
  readonly twin: HistoryHost | undefined;
  /** Whether nothing is odd about it: it has to have a reading. */
  readonly isPlain: boolean;
  readonly lacksModes: boolean;
  /** What was drawn. */
  readonly description: string;
}

const windows = [5, 15, 60] as const;
const modes = ["user", "nice", "system", "irq", "softirq", "steal", "iowait", "idle"] as const;
const never = -1_000;
const segmentSeconds = 90;

const percentsArbitrary = fc.array(fc.integer({ min: 0, max: 100 }), {
  minLength: 8,
  maxLength: 8,
});

/** One percentage after the other, and again. */
function loadOf(percents: readonly number[]): Load {
  return ({ ago }) => {
    const segment = Math.floor((ago - never) / segmentSeconds);
    return percents[segment % percents.length] ?? 0;
  };
}

const sometimes = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const span = (longest: number) =>
  fc
    .tuple(fc.integer({ min: 30, max: 3_000 }), fc.integer({ min: 10, max: longest }))
    .map(([from, seconds]) => [from, from - seconds] as const);

/** Hosts whose counters fall, whose samples have gaps, who restart, lack modes, and die. */
export const randomHostArbitrary: fc.Arbitrary<RandomHost> = fc
  .record({
    cpu: percentsArbitrary,
    memory: percentsArbitrary,
    windowMinutes: fc.constantFrom(...windows),
    pace: fc.oneof(
      fc.record({
        statistic: fc.constant<Statistic>("mean"),
        everySeconds: fc.constantFrom(5, 15, 30, 60),
      }),
      // Of values between two samples: which of more frequent samples are a minute apart, is a matter of choice.
      fc.record({
        statistic: fc.constantFrom<Statistic>("max", "min", "p90"),
        everySeconds: fc.constantFrom(60, 90, 150),
      }),
    ),
    phase: fc.integer({ min: 0, max: 99 }),
    comes: fc.constantFrom("scraped", "pushed", "through a gateway"),
    fall: sometimes(
      fc.record({
        secondsAgo: fc.integer({ min: 20, max: 3_500 }),
        mode: fc.constantFrom(...modes),
        by: fc.integer({ min: 1, max: 100 }).map((hundredths) => hundredths / 100),
      }),
    ),
    gap: sometimes(span(400)),
    death: sometimes(fc.integer({ min: 5, max: 900 })),
    reboot: sometimes(fc.integer({ min: 20, max: 3_500 })),
    offline: sometimes(span(600)),
    lacks: sometimes(fc.subarray([...modes], { minLength: 1, maxLength: 7 })),
    created: sometimes(fc.integer({ min: 60, max: 3_500 })),
    before: fc.constantFrom("nobody", "another"),
    exporter: fc.constantFrom("auto", "node"),
    twinPhase: sometimes(fc.integer({ min: 0, max: 99 })),
  })
  // A CPU that was away for as long as it had been there since a restart has counters that add up: docs/truth.md.
  .map((drawn) => (drawn.reboot ? { ...drawn, offline: undefined } : drawn))
  .map((drawn): RandomHost => {
    const { created, lacks, pace } = drawn;
    const { statistic, everySeconds } = pace;
    // Each leaves out a part of the window, of which it is known what a mean may be.
    const { fall, gap, death, reboot, offline, twinPhase }: Partial<typeof drawn> =
      statistic === "mean" ? drawn : {};
    const longAgo = 60 * drawn.windowMinutes + 900;
    const silences = [...(gap ? [gap] : []), ...(death ? [[death, never] as const] : [])];
    const life = {
      everySeconds,
      newestSecondsAgo: (drawn.phase / 100) * everySeconds,
      comes: drawn.comes,
      silences,
      sinceSecondsAgo: created === undefined ? longAgo : created - everySeconds / 2,
      ...(created !== undefined && { uptimeSeconds: 20 }),
      ...(fall && {
        falls: [fall],
        ...(!lacks?.includes(fall.mode) && { spentBefore: { [fall.mode]: 30_000 } }),
      }),
      ...(reboot && { rebootsSecondsAgo: [reboot] }),
      ...(offline && { offline }),
    };
    const cpu = loadOf(drawn.cpu);
    const whole = linux(cpu, loadOf(drawn.memory), life);
    const kept = (all: Readonly<Record<string, number>>) =>
      Object.fromEntries(
        Object.entries(all).filter(([mode]) => !lacks?.some((one) => one === mode)),
      );
    const host: HistoryHost = { ...whole, modes: (moment) => kept(whole.modes(moment)) };
    const predecessor = linux((moment) => 100 - cpu(moment), 97, {
      ...life,
      falls: [],
      silences: [],
      sinceSecondsAgo: longAgo,
      untilSecondsAgo: (created ?? 0) + 10,
    });
    const twin = twinOf(host, twinPhase);
    const hasPredecessor = created !== undefined && drawn.before === "another";
    return {
      whole,
      twin,
      description: JSON.stringify(drawn),
      lacksModes: lacks !== undefined,
      isPlain: [fall, gap, death, reboot, offline, lacks, created].every((odd) => !odd),
      one: {
        name: "",
        truth: { cpu: 0, memory: 0 },
        question: {
          windowMinutes: drawn.windowMinutes,
          statistic,
          ...(drawn.exporter !== "auto" && { prometheus: { exporter: drawn.exporter } }),
        },
        host,
        strangers: [...(hasPredecessor ? [predecessor] : []), ...(twin ? [twin] : [])],
        ...(created !== undefined && { createdSecondsAgo: created }),
      },
    };
  });

function twinOf(host: HistoryHost, phase: number | undefined): HistoryHost | undefined {
  if (phase === undefined) return undefined;
  const newestSecondsAgo = (phase / 100) * host.everySeconds;
  return { ...host, newestSecondsAgo, targets: [{ prometheus: "other" }] };
}

/** What a reading may be: what is true between some of these samples; nothing, when it may be none. */
export interface Shares {
  readonly cpu: readonly number[];
  readonly memory: readonly number[];
}

/** What a server was asked for by one query. */
interface Asked {
  readonly endAge: number;
  readonly windowSeconds: number;
  /** As much it shows to some queries, and to others not. */
  readonly hiddenSeconds: number;
}

/** What it was asked for by all of them: at the end's age, or as long before or after it as asking took. */
export interface AskedOver extends Asked {
  readonly secondsBefore: number;
  readonly secondsAfter: number;
}

/**
 * The shares between the first and the last sample of a life in the window, which ends at an age and
 * is so long. A window may begin with the sample before it, as some servers have it; and two queries
 * are answered one after the other, so that samples may come between them.
 */
export function trueShares(
  host: RandomHost,
  now: number,
  { secondsBefore, secondsAfter, ...asked }: AskedOver,
): Shares {
  const { statistic = "mean" } = host.one.question ?? {};
  const { twin } = host;
  const scrapes = [host, ...(twin ? [{ ...host, one: { ...host.one, host: twin } }] : [])];
  const span = [asked.endAge + secondsBefore, asked.endAge - secondsAfter] as const;
  const about = scrapes.flatMap((scraped) =>
    endAges(scraped.one.host, asked, span).map((endAge) => {
      const other = { ...asked, endAge };
      return statistic === "mean"
        ? sharesUntil(scraped, now, other)
        : statisticsUntil(scraped, now, other, statistic);
    }),
  );
  return {
    cpu: about.flatMap(({ cpu }) => cpu),
    memory: about.flatMap(({ memory }) => memory),
  };
}

/** Ages at which a query may have been evaluated, as far as they make a difference: each sample does. */
function endAges(
  host: HistoryHost,
  { endAge }: Asked,
  [from, to]: readonly [from: number, to: number],
): readonly number[] {
  const between = sampleAges(host).filter((age) => age <= from && age >= to);
  return [...new Set([endAge, from, ...between, to])];
}

function sharesUntil(
  { one, whole }: RandomHost,
  now: number,
  { endAge, windowSeconds, hiddenSeconds }: Asked,
): Shares {
  const { createdSecondsAgo = Number.POSITIVE_INFINITY, host } = one;
  const all = sampleAges(host).filter(
    (age) => age <= createdSecondsAgo && !isIn(host.silences, age),
  );
  const own = all.filter((age) => age >= endAge);
  const inside = own.filter((age) => age < endAge + windowSeconds);
  const last = inside.at(-1);
  const newest = all.findLast((age) => age >= endAge - hiddenSeconds) ?? Number.POSITIVE_INFINITY;
  const isDead = newest - endAge > 2.5 * host.everySeconds + 1;
  if (last === undefined || isDead) return { cpu: [], memory: [] };
  const first = inside[0] ?? last;
  const before = own.at(-1 - inside.length);
  const starts = before === undefined ? [first] : [first, before];
  return {
    cpu: starts
      .flatMap((start) => livesBetween(whole, own, start, last, now))
      .filter((share) => !Number.isNaN(share)),
    memory: starts.map((start) => meanMemory(whole, own, start, last, now)),
  };
}

/**
 * The statistics of what lies between two samples each. The window may begin half an interval earlier, and the last
 * step may be before the newest sample.
 */
function statisticsUntil(
  { one, whole }: RandomHost,
  now: number,
  { endAge, windowSeconds }: Asked,
  statistic: Statistic,
): Shares {
  const { createdSecondsAgo = Number.POSITIVE_INFINITY, host } = one;
  const own = sampleAges(host).filter((age) => age <= createdSecondsAgo && age >= endAge);
  const spans = [0, 0.5].flatMap((earlier) => {
    const inside = own.filter((age) => age < endAge + windowSeconds + earlier * host.everySeconds);
    return [inside, inside.slice(0, -1)];
  });
  const between = (ages: readonly number[]) =>
    ages.slice(1).map((age, index) => busyPercent(whole, [[ages[index] ?? age, age]], now));
  const of = (shares: readonly number[]) =>
    shares.length === 0 ? [] : [overTime(statistic, shares)];
  return {
    cpu: spans.flatMap((ages) => of(between(ages))),
    memory: spans.flatMap((ages) => of(ages.map((age) => memoryAt(whole, age, now)))),
  };
}

/** Over all lives, with and without what is lost at a reboot, and over the last. */
function livesBetween(
  whole: HistoryHost,
  ages: readonly number[],
  first: number,
  last: number,
  now: number,
): readonly number[] {
  const [reboot] = whole.rebootsSecondsAgo ?? [];
  const all = busyPercent(whole, [[first, last]], now);
  if (reboot === undefined || reboot >= first || reboot < last) return [all];
  const before = ages.findLast((age) => age > reboot) ?? reboot;
  const after = ages.find((age) => age <= reboot) ?? reboot;
  const old = [first, before] as const;
  return [
    all,
    busyPercent(whole, [old, [reboot, last]], now),
    busyPercent(whole, [old, [after, last]], now),
    busyPercent(whole, [[after, last]], now),
    busyPercent(whole, [[reboot, last]], now),
  ];
}

function busyPercent(
  whole: HistoryHost,
  spans: readonly (readonly [from: number, to: number])[],
  now: number,
): number {
  let [busy, total] = [0, 0];
  for (const [from, to] of spans) {
    for (const [mode, seconds] of spentBetween(whole, from, to, now)) {
      total += seconds;
      if (mode !== "idle" && mode !== "iowait") busy += seconds;
    }
  }
  return (100 * busy) / total;
}

function meanMemory(
  whole: HistoryHost,
  ages: readonly number[],
  first: number,
  last: number,
  now: number,
): number {
  const samples = ages.filter((age) => age <= first && age >= last);
  const used = samples.map((age) => memoryAt(whole, age, now));
  return used.reduce((sum, value) => sum + value, 0) / used.length;
}

function memoryAt(whole: HistoryHost, age: number, now: number): number {
  const gauges = whole.gauges({ ago: age, clock: now / 1000 - age });
  const { node_memory_MemAvailable_bytes: left, node_memory_MemTotal_bytes: all } = gauges;
  return 100 * (1 - (left ?? 0) / (all ?? 1));
}
