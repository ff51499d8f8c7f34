import { describe, expect, it } from "vitest";
import { mostInAnySecond, ratioSpread, spreadOf } from "../../../bench/spread.ts";

describe("spreadOf", () => {
  it("gives the median and the quartiles, in whatever order the values are", () => {
    expect(spreadOf([9, 1, 3, 7, 5])).toEqual({ median: 5, low: 3, high: 7 });
  });

  it("takes what lies between two values for a quartile that falls between them", () => {
    expect(spreadOf([1, 2, 3, 4])).toEqual({ median: 2.5, low: 1.75, high: 3.25 });
  });

  it("knows that nothing has no median", () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe("ratioSpread", () => {
  it("divides turn by turn, so that a slow turn falls on both", () => {
    expect(ratioSpread([2, 20, 200], [1, 10, 100])).toEqual({ median: 2, low: 2, high: 2 });
  });

  it("refuses turns that only one of the two had", () => {
    expect(() => ratioSpread([1, 2], [1])).toThrow(RangeError);
  });
});

describe("mostInAnySecond", () => {
  it("finds the busiest second wherever it begins", () => {
    expect(mostInAnySecond([0, 900, 950, 1_000, 1_800, 1_899])).toBe(5);
  });

  it("does not count two instants a whole second apart as one second's", () => {
    expect(mostInAnySecond([0, 1_000, 2_000])).toBe(1);
  });

  it("sorts what came out of order, and finds nothing in nothing", () => {
    expect(mostInAnySecond([500, 0, 400])).toBe(3);
    expect(mostInAnySecond([])).toBe(0);
  });
});
