import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { AnswerTooLargeError } from "../../../src/network/network-failure.ts";
import { AnswerMemory } from "../../../src/prometheus-metrics/answer-memory.ts";

const { signal } = new AbortController();

describe("AnswerMemory", () => {
  it("is crowded until what is held isn't needed any more", () => {
    const memory = new AnswerMemory();
    const [large, small] = [new AbortController(), new AbortController()];
    for (const over of [large, small]) memory.enter(over.signal);

    memory.hold(9_000_000, large.signal);
    memory.hold(1_000, small.signal);
    expect(memory.crowded).toBe(true);

    large.abort();
    expect(memory.crowded).toBe(false);
  });

  it("holds no more than the process has, and takes back what could not be read", () => {
    const memory = new AnswerMemory();
    const over = new AbortController();
    memory.enter(over.signal);

    expect(() => memory.hold(50_000_000, over.signal)).toThrow(AnswerTooLargeError);
    memory.hold(-50_000_000, over.signal);
    expect(memory.crowded).toBe(false);

    over.abort();
    memory.hold(50_000_000, over.signal);
    expect(memory.crowded).toBe(false);
  });

  it("has one read on at a time, and both of a pool's answers before the next pool's", async () => {
    const memory = new AnswerMemory();
    const pools = ["a", "b", "c"].map((name) => ({ name, over: new AbortController().signal }));
    for (const { over } of pools) memory.enter(over);
    const order: string[] = [];
    const read = (name: string) => async () => {
      await delay(2);
      order.push(name);
    };

    const turns = [...pools, ...pools].map(({ name, over }) =>
      memory.inTurn(read(name), over, signal),
    );

    await Promise.all(turns);
    expect(order).toEqual(["a", "a", "b", "b", "c", "c"]);
  });

  it("lets go of who waits when there is no time left", async () => {
    const memory = new AnswerMemory();
    const waiting = new AbortController();
    let end = () => {};
    const first = memory.inTurn(
      () => new Promise<void>((resolve) => (end = resolve)),
      signal,
      signal,
    );
    const second = memory.inTurn(async () => {}, signal, waiting.signal);

    waiting.abort(new Error("too late"));

    await expect(second).rejects.toThrow("too late");
    end();
    await first;
  });
});
