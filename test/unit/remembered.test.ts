import { describe, expect, it } from "vitest";
import { Remembered } from "../../src/remembered.ts";

const minuteMs = 60_000;

function remembered(extent: ConstructorParameters<typeof Remembered<string>>[1]) {
  const clock = { nowMs: Date.now() };
  return { clock, known: new Remembered<string>(() => new Date(clock.nowMs), extent) };
}

describe("Remembered", () => {
  it.each([
    [0, "web"],
    [5 * minuteMs, "web"],
    [5 * minuteMs + 1, undefined],
    [-1, undefined],
  ])("takes what is %i ms old as %s, and keeps it as the last that is known", (ageMs, current) => {
    const { known, clock } = remembered({ most: 1 });
    known.learn("a", "web");
    clock.nowMs += ageMs;

    expect(known.current("a")).toBe(current);
    expect(known.last("a")).toBe("web");
  });

  it("is current for as long as is said", () => {
    const { known, clock } = remembered({ most: 1, forMs: 10 * minuteMs });
    known.learn("a", "web");
    clock.nowMs += 10 * minuteMs;

    expect(known.current("a")).toBe("web");
  });

  it("gives up what was learned first, by what it weighs", () => {
    const { known } = remembered({ most: 5, weigh: ({ length }) => length });
    for (const [key, value] of ["12", "34", "5"].entries()) known.learn(`${key}`, value);
    known.learn("0", "6");
    known.learn("3", "78");

    expect(["0", "1", "2", "3"].map((key) => known.last(key))).toEqual(["6", undefined, "5", "78"]);
  });

  it("keeps what alone weighs more than all may, until the next comes", () => {
    const { known } = remembered({ most: 2, weigh: ({ length }) => length });
    known.learn("a", "12345");
    expect(known.last("a")).toBe("12345");

    known.learn("b", "1");
    expect(known.last("a")).toBeUndefined();
  });

  it("forgets", () => {
    const { known } = remembered({ most: 1 });
    known.learn("a", "web");
    known.forget("a");

    expect(known.last("a")).toBeUndefined();
  });
});
