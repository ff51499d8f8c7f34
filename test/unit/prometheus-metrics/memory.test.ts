import { describe, expect, it } from "vitest";
import type { Statistic } from "../../../src/config/pool-spec.ts";
import { memoryOf, sharesOverTime } from "../../../src/prometheus-metrics/memory.ts";
import { impossibleMemory, windowTooShort } from "../../../src/prometheus-metrics/notes.ts";
import type { Target } from "../../../src/prometheus-metrics/target.ts";
import type { Moment } from "../../../src/prometheus-metrics/verdict.ts";
import { aMoment, aTarget, now, type Shown, timesOf } from "../../support/a-target.ts";

const memory = (shown: Shown, statistic: Statistic = "mean", moment: Partial<Moment> = {}) =>
  read(aTarget(shown), aMoment({ ...moment, statistic }));

const read = (target: Target, moment: Moment) => sharesOverTime(target, target.memory, moment);

/** Five minutes at a sample each 15 s, of which the last are full. */
const burst = (full: number) => [
  ...Array<number>(24 - full).fill(0.2),
  ...Array<number>(full).fill(0.9),
];

describe("memory over time", () => {
  it("is the mean of all samples in the window, and none before", () => {
    expect(memory({ used: burst(5) }).reading).toBeCloseTo((5 * 90 + 15 * 20) / 20);
    expect(memory({ used: burst(20) }).reading).toBeCloseTo(90);
  });

  it("is the largest and the smallest of the samples", () => {
    expect(memory({ used: burst(1) }, "max").reading).toBeCloseTo(90);
    expect(memory({ used: burst(19) }, "min").reading).toBeCloseTo(20);
  });

  it("is no number when more is available than there is, even once", () => {
    const impossible = { reading: "not_a_number", note: impossibleMemory };

    expect(memory({ used: [...burst(0).slice(1), -0.5] })).toEqual(impossible);
    expect(memory({ total: 0 }).reading).toBe("not_a_number");
    expect(memory({ used: burst(0).map(() => Number.NaN) }).reading).toBe("not_a_number");
  });

  it("allows the rounding of a float", () => {
    expect(memoryOf([1 + 1e-9], "mean").reading).toBe(100);
    expect(memoryOf([-1e-9], "mean").reading).toBe(0);
  });

  it("is as old as its own newest sample", () => {
    expect(memory({ age: 37 }).reading).toBeCloseTo(50);
    expect(memory({ age: 38 }).reading).toBe("stale");
    expect(memory({ age: 60, up: 0 }).reading).toBe("target_down");
    expect(memory({ age: 60, up: undefined }).reading).toBe("stale");
  });

  it("is of the member's own life only", () => {
    expect(memory({ used: burst(4) }, "mean", { since: now - 60 }).reading).toBeCloseTo(90);
    expect(memory({ used: burst(4) }, "mean", { since: now - 15 }).reading).toBe("warming_up");
  });

  it("is asked for again where each sample would be too many, for the member's life only", () => {
    const hour = { seconds: 3600, samplesSeconds: 780 };

    expect(memory({}, "mean", hour).ask?.("")).toContain("[3600s]");
    expect(memory({}, "mean", { ...hour, since: now - 1800 }).ask?.("")).toContain("[1800s]");
    expect(memory({}, "mean", { ...hour, since: now - 200 }).reading).toBeCloseTo(50);
  });

  it("needs two samples", () => {
    const times = timesOf(3, 20, 150);

    expect(memory({ used: [0.5, 0.5, 0.5], times, age: 20 }, "mean", { seconds: 120 })).toEqual({
      reading: "no_data",
      note: windowTooShort(5),
    });
  });
});
