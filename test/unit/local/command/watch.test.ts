import { describe, expect, it } from "vitest";
import type { AnyDocument } from "../../../../local/command/render/document.ts";
import { type Sight, type WatchDependencies, watch } from "../../../../local/command/watch.ts";
import { poolResult } from "../../../support/pool-results.ts";

function documentOf(durationMs: number): AnyDocument {
  const collectedAt = "2026-11-23T20:40:12.345Z";
  return { status: "ok", trigger: "direct", collectedAt, durationMs, pools: [poolResult([])] };
}

/** Watches with a clock that only pauses and answers move, until `rounds` pauses were made. */
async function watched(
  answers: readonly (() => Promise<AnyDocument>)[],
  change: Partial<WatchDependencies> = {},
) {
  const end = new AbortController();
  const sights: Sight[] = [];
  const pauses: number[] = [];
  let time = 0;
  let asked = 0;
  const last = await watch({
    seconds: 10,
    ask: () => {
      time += 400;
      return answers[asked++]?.() ?? Promise.reject(new Error("asked too often"));
    },
    show: (sight) => sights.push(sight),
    async pause(milliseconds) {
      pauses.push(milliseconds);
      time += milliseconds;
      if (asked === answers.length) end.abort();
    },
    now: () => time,
    signal: end.signal,
    ...change,
  });
  return { last, sights, pauses };
}

describe("watching", () => {
  it("asks at the given pace, whatever an answer takes, until it is to end", async () => {
    const { last, sights, pauses } = await watched([
      async () => documentOf(1),
      async () => documentOf(2),
    ]);

    expect(pauses).toEqual([9_600, 9_600]);
    expect(sights).toMatchObject([
      { document: undefined, askedAt: 0, dueAt: 10_000 },
      { document: { durationMs: 1 }, askedAt: undefined, dueAt: 10_000 },
      { document: { durationMs: 1 }, askedAt: 10_000, dueAt: 20_000 },
      { document: { durationMs: 2 }, askedAt: undefined, dueAt: 20_000 },
    ]);
    expect(last).toBe(sights.at(-1));
  });

  it("keeps what it has seen when a question fails, and forgets the failure after an answer", async () => {
    const { sights } = await watched([
      async () => documentOf(1),
      () => Promise.reject(new Error("Fn answered 504")),
      async () => documentOf(3),
    ]);

    expect(sights[3]).toMatchObject({ document: { durationMs: 1 }, failure: "Fn answered 504" });
    expect(sights[5]).toMatchObject({ document: { durationMs: 3 }, failure: undefined });
  });

  it("ends while a question is under way", async () => {
    const end = new AbortController();
    const { last } = await watched([], {
      ask: () => {
        end.abort();
        return new Promise(() => {});
      },
      signal: end.signal,
    });

    expect(last).toMatchObject({ document: undefined, askedAt: 0 });
  });
});
