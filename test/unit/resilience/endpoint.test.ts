import { getEventListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  InvalidRequestError,
  SourceUnavailableError,
  ThrottledError,
  type UtilizationError,
} from "../../../src/errors.ts";
import { CallLimit } from "../../../src/resilience/call-limit.ts";
import { Endpoint } from "../../../src/resilience/endpoint.ts";
import { anInvocation } from "../../support/invocation.ts";

const passing = () => new SourceUnavailableError("it is down", { transient: true });
const lasting = () => new SourceUnavailableError("it speaks HTML");

function endpoint(limit = new CallLimit({ concurrency: 5 }), now = () => new Date()) {
  return new Endpoint({ name: "Monitoring", limit, now, silenceHint: "Is it there?" });
}

/** Fails so often in this way, and then answers. */
function failing(times: number, error: () => UtilizationError) {
  const call = Object.assign(
    async () => {
      call.times += 1;
      if (call.times <= times) throw error();
      return "answer";
    },
    { times: 0 },
  );
  return call;
}

/** Answers never, and rejects when it is told to stop. */
function hanging(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
}

describe.concurrent("Endpoint", () => {
  it("tries again what may pass, twice, and counts it", async () => {
    const invocation = anInvocation();
    const call = failing(2, passing);

    expect(await endpoint().call(invocation, call, "Ask")).toBe("answer");

    expect(invocation.usage).toMatchObject({ calls: 3, retries: 2 });
  });

  it("leaves each call in the invocation's memory, with what became of it", async () => {
    const invocation = anInvocation();
    const now = () => new Date("2026-11-23T20:40:00Z");

    await endpoint(undefined, now).call(invocation, failing(1, passing), "Read");
    await endpoint(undefined, now)
      .call(invocation, failing(9, lasting), "Write")
      .catch(() => {});

    const call = { endpoint: "Monitoring", startedAt: now(), durationMs: expect.any(Number) };
    expect(invocation.outgoing).toEqual([
      { ...call, operation: "Read", retries: 1, error: undefined },
      { ...call, operation: "Write", retries: 0, error: "SOURCE_UNAVAILABLE" },
    ]);
  });

  it("gives up after three tries with the last failure", async () => {
    const call = failing(9, passing);

    await expect(endpoint().call(anInvocation(), call, "Ask")).rejects.toThrow("it is down");

    expect(call.times).toBe(3);
  });

  it.each([
    ["that is about the request", () => new InvalidRequestError("no")],
    ["that will not pass", lasting],
    ["of which nothing is known", () => new TypeError("oops") as unknown as UtilizationError],
  ])("does not try again after a failure %s", async (_, error) => {
    const call = failing(1, error);

    await expect(endpoint().call(anInvocation(), call, "Ask")).rejects.toThrow();

    expect(call.times).toBe(1);
  });

  it("waits as long as the service asks before it tries again", async () => {
    const call = failing(1, () => new ThrottledError("slow down", { retryAfterMs: 1_000 }));
    const started = performance.now();

    // For a second and a half, all in all.
    expect(await endpoint().call(anInvocation(2_000), call, "Ask")).toBe("answer");

    expect(performance.now() - started).toBeGreaterThanOrEqual(999);
  });

  it("does not wait for longer than there is time", async () => {
    const invocation = anInvocation();
    const call = failing(1, () => new ThrottledError("slow down", { retryAfterMs: 3_600_000 }));

    await expect(endpoint().call(invocation, call, "Ask")).rejects.toThrow("slow down");

    expect(call.times).toBe(1);
    expect(invocation.usage.retries).toBe(0);
  });

  it("cuts off a call that hangs, and tries again in the time that is left", async () => {
    const invocation = anInvocation(6_000);
    let calls = 0;

    const hangsOnce = (signal: AbortSignal) => {
      calls += 1;
      return calls === 1 ? hanging(signal) : Promise.resolve("answer");
    };
    const answer = await endpoint().call(invocation, hangsOnce, "Ask");

    expect(answer).toBe("answer");
    expect(invocation.signal.aborted).toBe(false);
  });

  it("lets an answer take all of a time that is short", async () => {
    const slow = endpoint();

    expect(await slow.call(anInvocation(1_000), () => delay(500, "answer"), "Ask")).toBe("answer");

    expect(slow.state.consecutiveFailures).toBe(0);
  });

  it("ends by the deadline a call that does not listen, and is called again", async () => {
    const deaf = endpoint(new CallLimit({ concurrency: 1 }));

    const call = deaf.call(anInvocation(200), () => new Promise(() => {}), "Ask");

    await expect(call).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await expect(deaf.call(anInvocation(), async () => "next", "Ask")).resolves.toBe("next");
  });

  it("ends by the deadline, whatever is under way or waiting", async () => {
    const invocation = anInvocation(400);
    const one = endpoint(new CallLimit({ concurrency: 1 }));

    const all = [1, 2, 3].map(() => one.call(invocation, hanging, "Ask"));

    for (const outcome of await Promise.allSettled(all)) {
      expect(outcome).toMatchObject({ reason: { retryable: true } });
    }
    await expect(one.call(anInvocation(), async () => "next", "Ask")).resolves.toBe("next");
  });

  it("is not called any more after five failures in a row, and says so at once", async () => {
    const down = endpoint();
    await expect(down.call(anInvocation(), failing(9, passing), "Ask")).rejects.toThrow(
      "it is down",
    );
    await expect(down.call(anInvocation(), failing(9, passing), "Ask")).rejects.toThrow(
      "it is down",
    );
    const call = failing(0, passing);

    const refused = down.call(anInvocation(), call, "Ask");

    await expect(refused).rejects.toMatchObject({ code: "CIRCUIT_OPEN", retryable: true });
    expect(call.times).toBe(0);
    expect(down.state).toMatchObject({ name: "Monitoring", state: "open", consecutiveFailures: 5 });
  });

  it("tries ten calls again that failed at once", async () => {
    const back = endpoint(new CallLimit({ concurrency: 10 }));
    const call = failing(10, passing);

    const answers = Array.from({ length: 10 }, () => back.call(anInvocation(), call, "Ask"));

    expect(await Promise.all(answers)).toEqual(Array(10).fill("answer"));
  });

  it("is called again half a minute later by the clock", async () => {
    const down = await dueAgain();

    expect(await down.call(anInvocation(), failing(0, passing), "Ask")).toBe("answer");

    expect(down.state.state).toBe("closed");
  });

  /** An endpoint that failed five times, half a minute ago. */
  async function dueAgain() {
    let now = Date.now();
    const down = endpoint(new CallLimit({ concurrency: 5 }), () => new Date(now));
    for (let call = 0; call < 2; call++)
      await down.call(anInvocation(), failing(9, passing), "Ask").catch(() => {});
    now += 30_000;
    return down;
  }

  it("makes all calls again that come together then", async () => {
    const back = await dueAgain();
    const slow = () => delay(50, "answer");

    const answers = await Promise.all([1, 2, 3].map(() => back.call(anInvocation(), slow, "Ask")));

    expect(answers).toEqual(["answer", "answer", "answer"]);
  });

  it("is left alone again when a call that tries again fails", async () => {
    const down = await dueAgain();
    const call = failing(9, passing);

    await expect(down.call(anInvocation(), call, "Ask")).rejects.toThrow("it is down");

    expect(call.times).toBe(1);
    await expect(down.call(anInvocation(), call, "Ask")).rejects.toThrow(/is not asked before/);
  });

  it("leaves nothing on the signals, which a connection may keep for longer than the value", async () => {
    const invocation = anInvocation();
    const signals = [invocation.signal];
    const send = async (signal: AbortSignal) => signals.push(signal);

    await endpoint().call(invocation, send, "Ask");

    expect(signals.map((signal) => getEventListeners(signal, "abort"))).toEqual([[], []]);
    invocation.end();
  });

  it("does not take refusals for an outage", async () => {
    const picky = endpoint();
    const refuse = () => new InvalidRequestError("no");

    for (let call = 0; call < 10; call++)
      await picky.call(anInvocation(), failing(1, refuse), "Ask").catch(() => {});

    expect(picky.state).toMatchObject({ state: "closed", consecutiveFailures: 0 });
  });
});
