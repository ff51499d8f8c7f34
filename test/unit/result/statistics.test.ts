import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overTime, summarize } from "../../../src/result/statistics.ts";

const percentages = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1 });

describe("summarize", () => {
  it("counts every member once", () => {
    expect(summarize([10, 20, 60])).toEqual({
      average: 30,
      min: 10,
      max: 60,
      p95: 56,
      reporting: 3,
    });
  });

  it("says null, never 0, when nobody reported", () => {
    expect(summarize([])).toEqual({ average: null, min: null, max: null, p95: null, reporting: 0 });
  });

  it("keeps the average and p95 within min and max, and never says NaN", () => {
    fc.assert(
      fc.property(percentages, (values) => {
        const { average, min, max, p95 } = summarize(values);
        for (const value of [average, p95]) {
          expect(value).toBeGreaterThanOrEqual(min ?? Number.NaN);
          expect(value).toBeLessThanOrEqual(max ?? Number.NaN);
        }
      }),
    );
  });

  it("does not depend on the members' order", () => {
    fc.assert(
      fc.property(percentages, (values) => {
        const there = summarize(values);
        const back = summarize([...values].reverse());
        // Adding floating-point numbers the other way round may round the last digit differently.
        expect(back.average).toBeCloseTo(there.average ?? Number.NaN, 1);
        expect({ ...back, average: 0 }).toEqual({ ...there, average: 0 });
      }),
    );
  });
});

describe("overTime", () => {
  it.each([
    ["mean", 25],
    ["max", 40],
    ["min", 10],
    ["p50", 25],
    ["p90", 37],
    ["p95", 38.5],
    ["p99", 39.7],
  ] as const)("reduces the readings to their %s", (statistic, expected) => {
    expect(overTime(statistic, [40, 10, 30, 20])).toBeCloseTo(expected, 10);
  });

  it("has no statistic of nothing", () => {
    expect(() => overTime("mean", [])).toThrow(RangeError);
  });
});
