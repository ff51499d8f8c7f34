import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { WeightedLimit } from "../../../src/resilience/weighted-limit.ts";

const never = new AbortController().signal;

/** Work that is over when it is told to be. */
function work() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const named = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  return { begun, named, end: (name: string) => ends.get(name)?.() };
}

describe("WeightedLimit", () => {
  it("begins as much as its limit holds, in order, and the rest when there is room", async () => {
    const { begun, named, end } = work();
    const limit = new WeightedLimit(10);
    const all = [6, 4, 5, 1].map((weight, index) => limit.run(weight, named(`${index}`), never));
    await delay(0);

    expect(begun).toEqual(["0", "1"]);
    end("1");
    await all[1];
    // What weighs less does not overtake.
    expect(begun).toEqual(["0", "1"]);
    end("0");
    await all[0];
    await delay(0);
    expect(begun).toEqual(["0", "1", "2", "3"]);
    end("2");
    end("3");
    expect(await Promise.all(all)).toEqual(["0", "1", "2", "3"]);
  });

  it("does alone what weighs more than its limit", async () => {
    const { begun, named, end } = work();
    const limit = new WeightedLimit(10);
    const [heavy, light] = [
      limit.run(1_000, named("heavy"), never),
      limit.run(1, named("light"), never),
    ];
    await delay(0);

    expect(begun).toEqual(["heavy"]);
    end("heavy");
    expect(await heavy).toBe("heavy");
    await delay(0);
    end("light");
    expect(await light).toBe("light");
  });

  it("forgets what is given up, and goes on after a failure", async () => {
    const { begun, named, end } = work();
    const limit = new WeightedLimit(1);
    const waiting = new AbortController();
    const failing = limit.run(1, () => Promise.reject(new Error("no")), never);
    const first = limit.run(1, named("first"), never);
    const givenUp = limit.run(1, named("given up"), waiting.signal);
    const last = limit.run(1, named("last"), never);
    waiting.abort(new Error("too late"));

    await expect(failing).rejects.toThrow("no");
    await expect(givenUp).rejects.toThrow("too late");
    await expect(limit.run(1, named("aborted"), waiting.signal)).rejects.toThrow("too late");
    await delay(0);
    end("first");
    await first;
    await delay(0);
    end("last");
    expect(await last).toBe("last");
    expect(begun).toEqual(["first", "last"]);
  });
});
