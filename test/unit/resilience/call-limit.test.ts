import { setMaxListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ThrottledError } from "../../../src/errors.ts";
import { CallLimit } from "../../../src/resilience/call-limit.ts";
import { heapInUse } from "../../support/garbage.ts";

const { signal: never } = new AbortController();
setMaxListeners(0, never);

/** By timers that a test may play: Node's own promises of them can't be. */
const delay = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** What comes of it when time passes as fast as it may, on a clock that stands still meanwhile. */
async function inNoTime<T>(play: () => Promise<T>): Promise<T> {
  vi.useFakeTimers();
  const played = play();
  await vi.runAllTimersAsync();
  return played;
}

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
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("makes so many calls at once, and the others when it is their turn", async () => {
    const { starts, most } = await makeCalls(new CallLimit({ concurrency: 3 }), 10);

    expect(most).toBe(3);
    expect(starts).toHaveLength(10);
  });

  it("makes more at once as long as the service takes them and others wait", async () => {
    const limit = new CallLimit({ concurrency: 2, atMost: 6 });

    expect((await makeCalls(limit, 3)).most).toBe(2);
    expect((await makeCalls(limit, 60)).most).toBe(6);
  });

  it("makes fewer after the service was asked too often, and all in the end", async () => {
    const limit = new CallLimit({ concurrency: 10, atMost: 32 });
    let [underWay, refused, made] = [0, 0, 0];
    const call = async () => {
      underWay += 1;
      try {
        await delay(2);
        if (underWay <= 3) return;
        refused += 1;
        throw new ThrottledError("429", { retryAfterMs: 5 });
      } finally {
        underWay -= 1;
      }
    };
    const callUntilTaken = async () => {
      for (let taken = false; !taken; ) {
        taken = await limit.run(call, never).then(
          () => true,
          () => false,
        );
      }
      made += 1;
    };

    await Promise.all(Array.from({ length: 100 }, callUntilTaken));

    expect(made).toBe(100);
    expect(refused).toBeLessThan(100);
  });

  it("waits as long as the service asks for, but never for ever", async () => {
    const limit = new CallLimit({ concurrency: 4, atMost: 8 });
    const throttled = async () => {
      throw new ThrottledError("429", { retryAfterMs: 3_600_000 });
    };

    const waitedMs = await inNoTime(async () => {
      await expect(limit.run(throttled, never)).rejects.toThrow("429");
      const start = performance.now();
      await limit.run(async () => {}, never);
      return performance.now() - start;
    });

    expect(waitedMs).toBe(1_000);
  });

  it("begins no more calls in an interval, whenever it begins", async () => {
    const limit = new CallLimit({ concurrency: 4, intervalMs: 500 });

    const { starts } = await inNoTime(() => makeCalls(limit, 10));

    expect(starts).toHaveLength(10);
    for (const [index, start] of starts.slice(4).entries()) {
      expect(start - (starts[index] ?? 0)).toBeGreaterThanOrEqual(500);
    }
  });

  it("begins no more calls in an interval, either, when the first are given up", async () => {
    const limit = new CallLimit({ concurrency: 4, intervalMs: 500 });
    const deadline = new AbortController();
    const hanging = () => delay(60_000, deadline.signal);

    const { start, starts } = await inNoTime(async () => {
      const start = performance.now();
      const first = Array.from({ length: 6 }, () => limit.run(hanging, deadline.signal));
      deadline.abort();
      await Promise.allSettled(first);
      return { start, ...(await makeCalls(limit, 4)) };
    });

    expect(starts).toHaveLength(4);
    for (const next of starts) expect(next - start).toBeGreaterThanOrEqual(500);
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
