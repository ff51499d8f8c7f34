import { describe, expect, it } from "vitest";
import { atLeast, atMost, formatBars, rounded, withSpread } from "../../../bench/bar.ts";
import { gigabyteSeconds } from "../../../bench/page/price.ts";

describe("a bar", () => {
  it("holds at its very number, by the median", () => {
    expect(atMost("start", { median: 1.5, low: 1.4, high: 9 }, 1.5).holds).toBe(true);
    expect(atMost("start", { median: 1.51, low: 1, high: 2 }, 1.5).holds).toBe(false);
    expect(atLeast("speed", { median: 5, low: 1, high: 9 }, 5).holds).toBe(true);
    expect(atLeast("speed", { median: 4.9, low: 4, high: 9 }, 5).holds).toBe(false);
  });

  it("is printed with pass or FAIL, its number and what was measured", () => {
    const lines = formatBars([
      atMost("start", { median: 1.25, low: 1.2, high: 1.3 }, 1.5),
      atLeast("speed", { median: 3, low: 3, high: 3 }, 5),
    ]).split("\n");

    expect(lines.slice(1)).toEqual([
      "pass  start  ≤ 1.5 ×  1.25 × (1.2–1.3)",
      "FAIL  speed  ≥ 5 ×    3 ×",
    ]);
  });
});

describe("rounded", () => {
  it.each([
    [0, "0"],
    [0.01234, "0.0123"],
    [0.999, "0.999"],
    [1.2345, "1.23"],
    [41.26, "41.3"],
    [999.6, "1,000"],
    [1_234_567, "1,234,567"],
  ])("writes %f as %s", (value, text) => {
    expect(rounded(value)).toBe(text);
  });

  it("leaves the quartiles out when they say nothing", () => {
    expect(withSpread({ median: 41.26, low: 41.3, high: 41.34 })).toBe("41.3");
    expect(withSpread({ median: 41, low: 39, high: 44 })).toBe("41 (39–44)");
  });
});

describe("gigabyteSeconds", () => {
  it("is memory by time by calls", () => {
    expect(gigabyteSeconds(1_000, 1_024)).toBe(43_200);
    expect(gigabyteSeconds(100, 128)).toBe(540);
  });
});
