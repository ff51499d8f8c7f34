import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuMean } from "../../../src/prometheus-metrics/cpu.ts";
import {
  counterFell,
  cpuApart,
  cpuOffline,
  modesNotKept,
  windowTooShort,
} from "../../../src/prometheus-metrics/notes.ts";
import { addRows, noRows, type Rows } from "../../../src/prometheus-metrics/rows.ts";
import type { Target } from "../../../src/prometheus-metrics/target.ts";
import type { Moment } from "../../../src/prometheus-metrics/verdict.ts";
import { aMoment, aTarget, now, row, type Shown, timesOf } from "../../support/a-target.ts";

const mean = (shown: Shown, moment: Partial<Moment> = {}) => read(aTarget(shown), moment);

function read(target: Target, moment: Partial<Moment> = {}) {
  if (target.cpu === undefined) throw new Error("no CPU");
  return cpuMean(target, target.cpu, aMoment({ stepSeconds: 4, ...moment }));
}

/** What is asked for again of these hosts, if anything. */
const asked = ({ ask }: ReturnType<typeof read>) => ask?.('a="1"');
const again = expect.stringMatching(/\{__name__="node_cpu_seconds_total",a="1"\}.*\)\[315s:15s\]$/);
const every = (seconds: number, age: number) => {
  const times = timesOf(24, age, seconds);
  return { age, times, used: times.map(() => 0.5), stamp: { age, cpus: 2 } };
};

describe("the mean of CPU", () => {
  it("is the busy share of all modes, waiting for I/O being idle", () => {
    const modes = { user: 150, system: 30, iowait: 120, idle: 300 };

    expect(mean({ modes }).reading).toBeCloseTo(30);
  });

  it.each([
    ["more than there is: a counter fell, or a CPU came back", { user: 700, idle: 300 }],
    ["less than none: the host restarted", { user: -9_000, idle: -8_000 }],
    ["less than there is: some modes aren't kept", { user: 240, idle: 240 }],
  ])("is asked for again when the modes add up to %s", (_, modes) => {
    expect(asked(mean({ modes }))).toEqual(again);
  });

  it("knows what the window extrapolates to, and what was sampled of it", () => {
    const used = Array<number>(5).fill(0.5);
    // A new host: 60 s between the samples, 5 s to now, and half an interval before them.
    const modes = { user: 36.25, idle: 108.75 };

    expect(mean({ used, modes }).reading).toBeCloseTo(25);
    // VictoriaMetrics does not extrapolate.
    expect(mean({ used, modes: { user: 30, idle: 90 } }, { extrapolates: false }).reading).toBe(25);
    expect(asked(mean({ used, modes: { user: 30, idle: 90 } }))).toEqual(again);
  });

  it("is asked for again where VictoriaMetrics counts from a sample that isn't known", () => {
    const times = timesOf(5, 20, 60);
    const each = { age: 20, times, used: times.map(() => 0.5), stamp: { age: 20, cpus: 2 } };
    const kept = { user: 0, system: 48, idle: 432 };

    // Of 300 s, in which user time is not kept: as much as all modes in the 240 s between the samples.
    expect(
      asked(mean({ ...each, modes: kept }, { seconds: 300, extrapolates: false })),
    ).toBeDefined();
  });

  it.each([
    [15, 37, true],
    [15, 38, false],
    [60, 149, true],
    [60, 151, false],
    [150, 299, true],
  ])("of samples each %i s, the newest %i s ago, is of now: %s", (seconds, age, fresh) => {
    const { reading } = mean(every(seconds, age), { seconds: 24 * seconds, samplesSeconds: now });

    expect(reading === "stale").toBe(!fresh);
  });

  it("is missing because the target is down when its own scrape failed", () => {
    const silent = { age: 60, stamp: undefined };

    expect(mean({ ...silent, up: 0 }).reading).toBe("target_down");
    expect(mean({ ...silent, up: 1 }).reading).toBe("stale");
    expect(mean({ ...silent, up: undefined }).reading).toBe("stale");
  });

  it("is asked for again after one missed scrape, whose mark hides the newest sample", () => {
    expect(asked(mean({ age: 20, stamp: undefined, up: 0 }))).toEqual(again);
  });

  it("is that of CPU's own samples, however fresh others are", () => {
    expect(asked(mean({ age: 5, stamp: { age: 95, cpus: 2 } }))).toEqual(again);
    expect(mean({ age: 95, stamp: { age: 95, cpus: 2 } }).reading).toBe("stale");
  });

  it("is of the member's own life only", () => {
    expect(asked(mean({}, { since: now - 100 }))).toContain("[120s:15s]");
    expect(mean({}, { since: now - 15 }).reading).toBe("warming_up");
  });

  it("names the shortest window that holds two samples", () => {
    const shown = { ...every(150, 20), modes: {} };

    expect(mean(shown, { seconds: 120, samplesSeconds: now })).toEqual({
      reading: "no_data",
      note: windowTooShort(5),
    });
  });

  it("needs idle time: what isn't idle can't be told without", () => {
    expect(mean({ modes: { user: 240, system: 60 }, stamp: undefined })).toMatchObject({
      reading: "not_a_number",
      note: { says: expect.stringContaining("idle") },
    });
  });

  it("takes a fall of hundredths of a second for what it is", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (share, fall) => {
          const modes = { user: 600 * share, iowait: -fall, idle: 600 * (1 - share) };
          const { reading } = mean({ modes });

          expect(Math.abs(Number(reading) - 100 * share)).toBeLessThan(0.2);
        },
      ),
    );
  });
});

/** What counters show so many seconds after the window's first sample, on all CPUs together. */
type Counters = (second: number) => Readonly<Record<string, number>>;
const others = { nice: 0, system: 0, irq: 0, softirq: 0, steal: 0, iowait: 0 };
/** How long it has run, in seconds on each CPU. */
const uptime = 10_000;
/** Of two CPUs, of which so much is busy. */
const steady =
  (busy: number, more: Readonly<Record<string, number>> = others): Counters =>
  (second) => ({
    ...more,
    user: 2 * busy * (uptime + second),
    idle: 2 * (1 - busy) * (uptime + second),
  });

describe("the mean of CPU, when each sample is asked for", () => {
  const labels = { instance: "web-1:9100", job: "node" };
  const apart = { modes: { user: -9_000, idle: -9_000 } };

  /** Samples each 15 s, of two CPUs unless said otherwise. */
  function again(
    counters: Counters,
    { cpus = (_: number): number => 2, first = apart as Shown, newest = 5 } = {},
  ) {
    const times = timesOf(21, newest);
    const shown = times.map((time) => counters(time - (times[0] ?? time)));
    const of = (mode: string, values: readonly number[]) => row({ ...labels, mode }, values, times);
    const stamp = times.map((time) => cpus(time - (times[0] ?? time)) * time);
    const rows = Object.keys(shown[0] ?? {}).map((mode) =>
      of(
        mode,
        shown.map((all) => all[mode] ?? Number.NaN),
      ),
    );
    const hosts = new Map<string, Rows>();
    addRows(hosts, [...rows, of("(stamp)", stamp)]);
    const [own = noRows(labels)] = hosts.values();
    const asked = mean(first);
    if (asked.ask === undefined) throw new Error("told without being asked again");
    return asked.read(own);
  }

  /** It began again so many seconds after the first sample, after having been down. */
  const restarted = (at: number, down: number, before: Counters, after: number): Counters => {
    const since = (second: number) => Math.max(0, second - at - down);
    return (second) =>
      second <= at
        ? before(second)
        : { ...others, user: 2 * after * since(second), idle: 2 * (1 - after) * since(second) };
  };

  it("believes counters that began again, from when they did", () => {
    const { reading } = again(restarted(150, 10, steady(0.2), 0.6));

    // 150 s at 20 %, 140 s at 60 %.
    expect(reading).toBeCloseTo((150 * 20 + 140 * 60) / 290);
    // What isn't kept could hide in the time that the host was down.
    const unkept: Counters = (second) => {
      const { nice: _, ...kept } = restarted(150, 10, steady(0.2), 0.6)(second);
      return kept;
    };
    expect(again(unkept).reading).toBe("not_a_number");
  });

  it.each<[string, Counters, object]>([
    ["counters are too fast", (second) => steady(0.3)(2 * second), cpuApart],
    ["counters are too slow", (second) => steady(0.3)(second / 2), cpuApart],
    [
      "one fell",
      (second) => ({ ...steady(0.3)(second), irq: second < 150 ? 1_000 : 0 }),
      counterFell,
    ],
    [
      "a CPU came back",
      (second) => ({ ...steady(0.3)(second), irq: second < 150 || second > 200 ? 9_000 : 0 }),
      cpuOffline,
    ],
  ])("is no number when %s", (_, counters, note) => {
    expect(again(counters)).toEqual({ reading: "not_a_number", note });
  });

  it("leaves out what one fell by, in a window of which that is hardly any", () => {
    const over = timesOf(241, 5);
    const counters: Counters = (second) => ({
      ...steady(0.3)(second),
      irq: second < 1_800 ? 1_000 : 0,
    });
    const rows = ["user", "idle", ...Object.keys(others)].map((mode) =>
      row(
        { ...labels, mode },
        over.map((time) => counters(time - (over[0] ?? 0))[mode] ?? Number.NaN),
        over,
      ),
    );
    const stamp = row(
      { ...labels, mode: "(stamp)" },
      over.map((time) => 2 * time),
      over,
    );
    const hosts = new Map<string, Rows>();
    addRows(hosts, [...rows, stamp]);
    const asked = mean(apart, { seconds: 3_600, samplesSeconds: 360 });
    const [own = noRows(labels)] = hosts.values();

    expect(asked.ask === undefined ? asked : asked.read(own).reading).toBeCloseTo(30);
  });

  it("tells busy time from idle time where only that is kept, and says so", () => {
    const idle: Counters = (second) => ({
      idle: 0.5 * (uptime + second),
      iowait: 0.1 * (uptime + second),
    });

    expect(again(idle)).toMatchObject({
      reading: expect.closeTo(70),
      note: modesNotKept(["user", "nice", "system", "irq", "softirq", "steal"]),
    });
    // Without iowait, waiting for I/O would count as busy.
    expect(again((second) => ({ idle: 0.5 * (uptime + second) })).reading).toBe("not_a_number");
  });

  it("is no number of the CPUs that are left while another is offline", () => {
    const one: Counters = (second) => ({ ...others, user: uptime + second, idle: uptime });
    const both: Counters = (second) => ({ ...others, user: uptime + 200, idle: uptime + second });
    const counters: Counters = (second) => (second < 200 ? one(second) : both(second));
    const cpus = (second: number) => (second < 200 ? 1 : 2);

    expect(again(counters, { cpus }).reading).toBe("not_a_number");
    expect(again(one, { cpus: () => 1 }).reading).toBeCloseTo(100);
  });

  it("allows what kernels lose", () => {
    const slow: Counters = (second) => steady(0.3)(0.9 * second);

    expect(again(slow).reading).toBeCloseTo(30);
  });

  it("finds a host dead that has nothing recent", () => {
    const missed = { age: 20, stamp: undefined, up: 0 } as const;

    expect(again(steady(0.5), { first: missed, newest: 20 }).reading).toBeCloseTo(50);
    const dead = { ...missed, times: timesOf(24, 80), age: 80 };
    expect(mean(dead).reading).toBe("target_down");
  });

  it("is missing where none of its samples is there any more", () => {
    const asked = mean(apart);

    expect(asked.ask && asked.read(noRows(labels)).reading).toBe("no_data");
  });
});
