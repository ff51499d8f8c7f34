import { describe, expect, it } from "vitest";
import { AnswerTooLargeError } from "../../../src/network/network-failure.ts";
import { AnswerMemory } from "../../../src/prometheus/answer-memory.ts";

describe("AnswerMemory", () => {
  it("has room again for what isn't needed any more, or could not be read", () => {
    const memory = new AnswerMemory();
    const [first, second] = [new AbortController(), new AbortController()];
    memory.hold(30_000_000, first.signal);

    expect(() => memory.hold(20_000_000, second.signal)).toThrow(AnswerTooLargeError);
    memory.hold(-20_000_000, second.signal);
    first.abort();

    expect(() => memory.hold(40_000_000, second.signal)).not.toThrow();
  });

  it("counts nothing of what is over already", () => {
    const memory = new AnswerMemory();

    memory.hold(50_000_000, AbortSignal.abort());

    expect(() => memory.hold(40_000_000, new AbortController().signal)).not.toThrow();
  });
});
