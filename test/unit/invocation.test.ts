import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DeadlineExceededError } from "../../src/errors.ts";
import { Invocation } from "../../src/invocation.ts";
import { anInvocation } from "../support/invocation.ts";
import { silentLogger } from "../support/logger.ts";

const at = new Date("2026-11-23T20:40:00Z");

describe("an invocation's time", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: at });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const begin = (deadline: Date | undefined) =>
    new Invocation(deadline, silentLogger, () => new Date());
  const afterwardsMs = (invocation: Invocation) =>
    invocation.afterwards(2_000, async (part) => part.remainingMs());

  it.each([
    ["a second before Fn kills it", new Date(at.getTime() + 10_000), 9_000],
    ["a twentieth before, when there is much time", new Date(at.getTime() + 60_000), 57_000],
    ["a quarter before, when there is little time", new Date(at.getTime() + 2_000), 1_500],
    ["as if it had Fn's default, when Fn does not say", undefined, 28_500],
    ["as if it had Fn's default, when Fn says nonsense", new Date(Number.NaN), 28_500],
    ["at once, when it is over already", new Date(at.getTime() - 5_000), 0],
  ])("ends %s", (_, deadline, milliseconds) => {
    expect(begin(deadline).remainingMs()).toBe(milliseconds);
  });

  it.each([
    ["as long as it may", 60_000, 0, 1_500],
    ["half of what is left, less a reserve, when the measuring took its time", 60_000, 59_000, 375],
    ["nothing, when all is over", 60_000, 61_000, 0],
  ])("leaves for afterwards %s", async (_, givenMs, spentMs, milliseconds) => {
    const invocation = begin(new Date(at.getTime() + givenMs));
    vi.advanceTimersByTime(spentMs);

    expect(await afterwardsMs(invocation)).toBe(milliseconds);
  });

  it("has some for afterwards when the deadline has ended the measuring", async () => {
    const invocation = begin(new Date(at.getTime() + 60_000));
    vi.advanceTimersByTime(59_000);

    expect(invocation.signal.aborted).toBe(true);
    await invocation.afterwards(2_000, async ({ signal }) => {
      expect(signal.aborted).toBe(false);
    });
  });

  it.each([
    ["forward", 3_600_000],
    ["back", -3_600_000],
  ])("stays what it is when the machine's clock is set %s", async (_, byMs) => {
    const invocation = begin(new Date(at.getTime() + 60_000));
    vi.advanceTimersByTime(56_000);
    vi.setSystemTime(Date.now() + byMs);

    expect(invocation.remainingMs()).toBe(1_000);
    expect(await afterwardsMs(invocation)).toBe(1_500);
  });
});

describe("Invocation", () => {
  it("counts what is called afterwards, and remembers the first 250 calls", async () => {
    const invocation = anInvocation();
    const call = {
      endpoint: "Monitoring",
      startedAt: at,
      durationMs: 5,
      retries: 0,
      error: undefined,
    };

    await invocation.afterwards(2_000, async (part) => {
      part.usage.calls += 300;
      for (let index = 0; index < 300; index++) {
        part.remember({ ...call, operation: `call ${index}` });
      }
    });

    invocation.end();
    expect(invocation.usage.calls).toBe(300);
    expect(invocation.outgoing).toHaveLength(250);
    expect(invocation.outgoing.at(-1)?.operation).toBe("call 249");
  });

  it("aborts with an error that says how long it had", async () => {
    const { signal } = anInvocation(100);

    await new Promise((resolve) => signal.addEventListener("abort", resolve));

    expect(signal.reason).toBeInstanceOf(DeadlineExceededError);
    expect(signal.reason).toMatchObject({ code: "DEADLINE_EXCEEDED", retryable: true });
  });

  it("aborts when it ends, too, for what is under way and not waited for", () => {
    const invocation = anInvocation();

    invocation.end();

    expect(invocation.signal.reason).toBeInstanceOf(DeadlineExceededError);
  });

  it("does not wait beyond it for what can't be aborted", async () => {
    const never = new Promise<never>(() => {});

    await expect(anInvocation(100).inTime(never)).rejects.toThrow(DeadlineExceededError);
  });

  it("takes what the calls that it cut off leave of a value, and no later one", async () => {
    const cutOff = anInvocation(100);
    const partial = cutOff
      .inTime(new Promise<never>(() => {}))
      .catch(() => Promise.allSettled([1, 2]))
      .then((all) => all.length);

    await expect(cutOff.inTimeOrInPart(partial)).resolves.toBe(2);
    await expect(cutOff.inTimeOrInPart(new Promise(() => {}))).rejects.toThrow(
      DeadlineExceededError,
    );
  });

  it("hands on what is there in time, good or bad", async () => {
    await expect(anInvocation().inTime(Promise.resolve(1))).resolves.toBe(1);
    await expect(anInvocation().inTime(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("takes a deadline in a far future for one", () => {
    const far = new Invocation(new Date(8.64e15), silentLogger, () => at);

    expect(far.signal.aborted).toBe(false);
    far.end();
  });
});
