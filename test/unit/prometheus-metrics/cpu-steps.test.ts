import { describe, expect, it } from "vitest";
import type { Statistic } from "../../../src/config/pool-spec.ts";
import { cpuOverTime } from "../../../src/prometheus-metrics/cpu-steps.ts";
import { counterFell, cpuApart, cpuOffline } from "../../../src/prometheus-metrics/notes.ts";
import { readTargets } from "../../../src/prometheus-metrics/target.ts";
import { aMoment, answer, now, row, timesOf } from "../../support/a-target.ts";

const labels = { instance: "web-1:9100" };
const cpus = 2;

interface Load {
  /** The busy share (0–1) so many seconds ago. */
  readonly busy: (ago: number) => number;
  readonly every?: number;
  readonly minutes?: number;
  /** How far apart the steps are. */
  readonly step?: number;
  /** How long before now the last of them was. @default 3 */
  readonly lastStep?: number;
  /** Since when it is silent, in seconds ago, and how far back each scrape is known. */
  readonly silence?: { readonly since: number; readonly known: number };
  /** What is added to the counters that are shown so many seconds ago. */
  readonly glitch?: (ago: number) => number;
}

/** Reads a statistic of a host's CPU at steps, of half a minute unless said otherwise. */
function statistic(name: Statistic, load: Load) {
  const { busy, every = 15, minutes = 10, step = 30, silence, glitch = () => 0 } = load;
  const { lastStep = 3 } = load;
  const { since = 0, known = Number.POSITIVE_INFINITY } = silence ?? {};
  const isThere = (time: number) => now - time >= since;
  const steps = timesOf((60 * minutes) / step, lastStep, step).filter(isThere);
  const samples = timesOf((60 * minutes) / every + 10, 5, every).filter(isThere);
  const scrapes = samples.filter((time) => now - time < known);
  const seen = (at: number) => samples.findLast((time) => time <= at) ?? now;
  const mode = (mode: string, share: (ago: number) => number) => {
    let [time, seconds] = [samples[0] ?? 0, 1_000];
    const spent = (until: number) => {
      for (; time < until; time += 1) seconds += cpus * share(now - time);
      return seconds + glitch(now - until);
    };
    return row(
      { ...labels, mode },
      steps.map((at) => spent(seen(at))),
      steps,
    );
  };
  const [target] = readTargets(
    answer(
      mode("user", busy),
      mode("idle", (ago) => 1 - busy(ago)),
      row(
        { ...labels, mode: "(stamp)" },
        steps.map((at) => cpus * seen(at)),
        steps,
      ),
    ),
    answer(
      row(
        { ...labels, __name__: "up" },
        scrapes.map(() => 1),
        scrapes,
      ),
    ),
    "busy",
  );
  if (target?.cpu === undefined) throw new Error("no CPU");
  return cpuOverTime(
    target,
    target.cpu,
    aMoment({
      seconds: 60 * minutes,
      stepSeconds: step,
      statistic: name,
      lastStep: now - lastStep,
    }),
  );
}

const once = (from: number, to: number) => (ago: number) => (ago <= from && ago > to ? 1 : 0.1);

describe("a statistic of CPU", () => {
  it("is there where CPU was looked at seconds before the samples of others were", () => {
    expect(statistic("max", { busy: () => 0.4, every: 2, lastStep: 36 }).reading).toBeCloseTo(40);
  });

  it.each([15, 30, 60, 150])(
    "is of values of a minute, or of the scrape interval: %i s",
    (every) => {
      const busy = once(5 + 2 * 300, 5 + 300);

      expect(statistic("max", { busy, every, minutes: 30 }).reading).toBeCloseTo(100);
      expect(statistic("min", { busy, every, minutes: 30 }).reading).toBeCloseTo(10);
    },
  );

  it.each([130, 432])("is of steps of %i s, where many hosts over a day have no finer", (step) => {
    const most = Array.from({ length: 10 }, (_, index) => {
      const from = 5_000 - index * step;
      const busy = once(from, from - step);
      return Number(statistic("max", { busy, step, minutes: 180 }).reading);
    });

    // The burst of a step is in two of them, one of which has half of it.
    expect(Math.min(...most)).toBeGreaterThan(50);
  });

  it("is stale by the scrapes, where the newest step is older than they are known", () => {
    const over = { busy: () => 0.4, step: 1_080, minutes: 1_440 };

    expect(statistic("max", { ...over, silence: { since: 600, known: 780 } }).reading).toBe(
      "stale",
    );
    expect(statistic("max", { ...over, silence: { since: 0, known: 780 } }).reading).toBeCloseTo(
      40,
    );
  });

  it.each([2, 5, 10, 60])("knows nothing of the load before the last %i minutes", (minutes) => {
    const busy = (ago: number) => (ago > 60 * minutes + 75 ? 1 : 0.1);

    expect(statistic("max", { busy, minutes }).reading).toBeCloseTo(10);
  });

  it("sees the burst of a minute of the clock as it is", () => {
    const minute = now % 60;
    const reading = Number(statistic("max", { busy: once(minute + 180, minute + 120) }).reading);

    // Samples are up to half an interval away from the minute.
    expect(reading).toBeGreaterThan(80);
  });

  it("leaves out the minute in which counters fell, or began again", () => {
    const fell = { busy: () => 0.4, glitch: (ago: number) => (ago < 200 ? -900 : 0) };
    const cameBack = { busy: () => 0.4, glitch: (ago: number) => (ago < 200 ? 5_000 : 0) };

    expect(statistic("max", fell).reading).toBeCloseTo(40);
    expect(statistic("min", cameBack).reading).toBeCloseTo(40);
  });

  it.each([
    ["all count too fast", (ago: number) => -10 * ago, cpuApart],
    ["counters fall again and again", (ago: number) => 10 * ago, counterFell],
    ["a CPU comes and goes", (ago: number) => (ago % 120 < 60 ? -900 : 0), cpuOffline],
  ])("is no number when %s, and says so", (_, glitch, why) => {
    const { reading, note } = statistic("max", { busy: () => 0.4, glitch });

    expect([reading, note]).toEqual(["not_a_number", why]);
  });
});
