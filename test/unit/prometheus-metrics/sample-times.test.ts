import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  extrapolatedSeconds,
  intervalOf,
  isOld,
} from "../../../src/prometheus-metrics/sample-times.ts";

describe("the interval at which samples come", () => {
  it("is known from two, and not from one", () => {
    expect(intervalOf([10, 25])).toBe(15);
    expect(intervalOf([10])).toBeUndefined();
  });

  it("is not changed by a scrape that was missed, and follows a new one", () => {
    expect(intervalOf([0, 15, 30, 60, 75])).toBe(15);
    const faster = Array.from({ length: 10 }, (_, index) => 185 + 5 * index);
    expect(intervalOf([0, 60, 120, 180, ...faster])).toBe(5);
    expect(intervalOf([0, 15, 30, 45, 60, 75, 90, 150, 210, 270])).toBe(60);
  });

  it("is that of each of several servers that write one series", () => {
    expect(intervalOf([0, 1, 15, 16, 30, 31, 45, 46, 60, 61])).toBe(14);
    expect(intervalOf([0, 1, 2, 15, 16, 17, 30, 31, 32, 45, 46])).toBe(13);
  });

  it("is not that of two long silences", () => {
    expect(intervalOf([0, 15, 30, 330, 345, 360, 660, 675, 690, 705])).toBe(15);
  });

  it("makes a sample old after two and a half of it", () => {
    expect([37, 38].map((age) => isOld(1000 - age, 15, 1000))).toEqual([false, true]);
  });
});

describe("the seconds that a rate is of", () => {
  it("are those of the window when samples fill it, and never more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 3, max: 60 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (every, count, phase) => {
          const times = Array.from({ length: count }, (_, index) => (index + phase) * every);
          const full = extrapolatedSeconds(times, 0, count * every);
          const partly = extrapolatedSeconds(times, -10 * every, count * every);

          expect(full).toBeCloseTo(count * every);
          expect(partly).toBeLessThanOrEqual((count + 1) * every);
        },
      ),
    );
  });
});
