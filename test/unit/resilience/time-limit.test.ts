import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { limitTime } from "../../../src/resilience/time-limit.ts";
import { anInvocation } from "../../support/invocation.ts";

describe("limitTime", () => {
  it("leaves nothing on the signals, which a connection may keep for longer than the value", async () => {
    const invocation = anInvocation();
    const signals = [invocation.signal];
    const send = async (signal: AbortSignal) => signals.push(signal);

    await limitTime(send, invocation, 1_000, () => new Error("too late"));

    expect(signals.map((signal) => getEventListeners(signal, "abort"))).toEqual([[], []]);
    invocation.end();
  });
});
