import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CallLimit } from "../../../src/resilience/call-limit.ts";
import { heapInUse } from "../../support/garbage.ts";

const { signal: never } = new AbortController();

/** Makes so many calls, and says when each began and how many were under way at most. */
async function makeCalls(limit: CallLimit, times: number) {
  const starts: number[] = [];
  let underWay = 0;
  let most = 0;
  const call = async () => {
    starts.push(performance.now());
    most = Math.max(most, ++underWay);
    await delay(10);
    underWay -= 1;
  };
  await Promise.all(Array.from({ length: times }, () => limit.run(call, never)));
  return { starts, most };
}

describe("CallLimit", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("makes so many calls at once, and the others when it is their turn", async () => {
    const { starts, most } = await makeCalls(new CallLimit({ concurrency: 3 }), 10);

    expect(most).toBe(3);
    expect(starts).toHaveLength(10);
  });

  it("begins no more calls in an interval, whenever it begins", async () => {
    const limit = new CallLimit({ concurrency: 4, intervalMs: 500 });

    const { starts } = await makeCalls(limit, 10);

    for (const [index, start] of starts.slice(4).entries()) {
      expect(start - (starts[index] ?? 0)).toBeGreaterThanOrEqual(499);
    }
  });

  it("begins no more calls in an interval, either, when the first are given up", async () => {
    const limit = new CallLimit({ concurrency: 4, intervalMs: 500 });
    const deadline = new AbortController();
    const start = performance.now();
    const hanging = () => delay(60_000, undefined, { signal: deadline.signal });
    const first = Array.from({ length: 6 }, () => limit.run(hanging, deadline.signal));
    deadline.abort();
    await Promise.allSettled(first);

    const { starts } = await makeCalls(limit, 4);

    for (const next of starts) expect(next - start).toBeGreaterThanOrEqual(499);
  });

  it("goes on when the clock is set back", async () => {
    const limit = new CallLimit({ concurrency: 2, intervalMs: 50 });
    await makeCalls(limit, 2);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() - 3_600_000);

    const { starts } = await makeCalls(limit, 3);

    expect(starts).toHaveLength(3);
  });

  it("hands over values and failures as soon as they are there", async () => {
    const limit = new CallLimit({ concurrency: 2, intervalMs: 3_600_000 });

    await expect(limit.run(async () => "answer", never)).resolves.toBe("answer");
    await expect(limit.run(() => Promise.reject(new Error("no")), never)).rejects.toThrow("no");
  });

  it.each([undefined, 1])(
    "keeps no place of a call that throws at once, at an interval of %s",
    async (intervalMs) => {
      const limit = new CallLimit({ concurrency: 1, ...(intervalMs && { intervalMs }) });
      const thrown = limit.run(() => {
        throw new Error("at once");
      }, never);

      await expect(thrown).rejects.toThrow("at once");
      await expect(limit.run(async () => "made", never)).resolves.toBe("made");
    },
  );

  it.each([undefined, 1])("keeps no value, at an interval of %s", async (intervalMs) => {
    const limit = new CallLimit({ concurrency: 1, ...(intervalMs && { intervalMs }) });
    const before = heapInUse();
    const calls = Array.from({ length: 20 }, () =>
      limit.run(async () => ({ large: Array(500_000).fill(0.5) }), never).then(() => {}),
    );
    let end = () => {};
    const hanging = limit.run(() => new Promise<void>((resolve) => (end = resolve)), never);
    const waiting = limit.run(async () => {}, never);

    await Promise.all(calls);
    await delay(10);

    expect(heapInUse() - before).toBeLessThan(10_000_000);
    end();
    await Promise.all([hanging, waiting]);
  });

  it.each([undefined, 3_600_000])(
    "drops who gives up waiting, at an interval of %s",
    async (intervalMs) => {
      const limit = new CallLimit({ concurrency: 1, ...(intervalMs && { intervalMs }) });
      const patience = new AbortController();
      const hanging = limit.run(() => new Promise(() => {}), never);
      const waiting = limit.run(() => Promise.resolve("made"), patience.signal);

      patience.abort(new Error("too late"));

      await expect(waiting).rejects.toThrow("too late");
      void hanging;
    },
  );
});
