import { describe, expect, it } from "vitest";
import {
  ResultsInMemory,
  withinResponseLimit,
  withShortTexts,
} from "../../../src/result/response-limit.ts";
import type { ResultDocument } from "../../../src/result/result-document.ts";
import { detail, failedPool, poolResult } from "../../support/pool-results.ts";

const documentOf = (pools: ResultDocument["pools"]): ResultDocument => ({
  status: "partial",
  trigger: "direct",
  collectedAt: "2026-11-23T20:40:00.000Z",
  durationMs: 182,
  pools,
});

/** A pool of so many silent members and one that reports. */
const silentPool = (name: string, silent: number) => {
  const members = Array.from({ length: silent }, (_, index) =>
    detail(`inst-${index}-${name}`, null, null),
  );
  return poolResult([detail("inst-busy", 60, 40), ...members], { name, warnings: ["seen"] });
};

const bytesOf = (value: object) => Buffer.byteLength(JSON.stringify(value));

describe("withinResponseLimit", () => {
  it("leaves a document alone that fits, however many members it lists", () => {
    const document = documentOf([silentPool("web", 10_000), failedPool]);

    expect(bytesOf(document)).toBeGreaterThan(2_000_000);
    expect(withinResponseLimit(document)).toEqual(document);
  });

  it("leaves out no more lists than it must, the longest first, and says so", () => {
    const [small, long, longest] = [
      silentPool("small", 3_000),
      silentPool("long", 14_000),
      silentPool("longest", 20_000),
    ];

    const { pools, ...rest } = withinResponseLimit(documentOf([small, longest, failedPool, long]));

    expect(rest).toEqual({ ...documentOf([]), pools: undefined });
    expect(pools[0]).toEqual(small);
    expect(pools[2]).toEqual(failedPool);
    expect(pools[3]).toEqual(long);
    expect(pools[1]).toEqual({
      ...longest,
      instances: {
        total: 20_001,
        running: 20_001,
        counted: 20_001,
        reporting: 1,
        missing: [],
        excluded: [],
      },
      warnings: ["seen", expect.stringContaining("Ask for fewer pools at a time")],
    });
  });

  it("makes any number of pools fit, and keeps every average", () => {
    const document = documentOf(
      Array.from({ length: 500 }, (_, index) => silentPool(`web-${index}`, 100)),
    );

    const fitted = withinResponseLimit(document);

    expect(bytesOf(document)).toBeGreaterThan(6_000_000);
    expect(bytesOf(fitted)).toBeLessThanOrEqual(6_000_000);
    expect(bytesOf(fitted)).toBeGreaterThan(5_900_000);
    expect(fitted.pools.map(({ cpu }) => cpu)).toEqual(document.pools.map(({ cpu }) => cpu));
  });

  it.each([
    ["ASCII", "x", 1],
    ["characters of three bytes", "漢", 3],
    ["half characters", "\ud800", 6],
    ["quotes", '"', 2],
  ])("cuts texts that are too long together: %s", (_, character, bytes) => {
    const text = character.repeat(2_000);
    const error = {
      ...failedPool.error,
      code: "INTERNAL",
      retryable: false,
      message: text,
    } as const;
    const pools = Array.from({ length: Math.ceil(170 / bytes) }, (_unused, index) => ({
      ...failedPool,
      name: `web-${index}`,
      warnings: Array.from({ length: 20 }, () => text),
      error: { ...error, hint: text },
    }));

    const document = documentOf(pools);

    const fitted = withinResponseLimit(document);

    expect(bytesOf(document)).toBeGreaterThan(6_000_000);
    expect(bytesOf(fitted)).toBeLessThanOrEqual(6_000_000);
    expect(fitted.pools.map(({ name }) => name)).toEqual(pools.map(({ name }) => name));
    for (const { error: cut } of fitted.pools) {
      expect(cut?.message).toMatch(/…$/);
      expect(cut?.message.length).toBeGreaterThan(30);
    }
  });
});

describe("ResultsInMemory", () => {
  it("keeps results in their places, and the lists of members as long as there is room for them", () => {
    const results = new ResultsInMemory();
    const pools = Array.from({ length: 100 }, (_, index) => silentPool(`web-${index}`, 1_000));
    const [longest] = [silentPool("longest", 30_000)];

    for (const [index, pool] of pools.entries()) results.set(99 - index, pool);
    results.set(100, longest ?? failedPool);

    const { all } = results;
    expect(all.map(({ name }) => name)).toEqual([
      ...pools.map(({ name }) => name).reverse(),
      "longest",
    ]);
    expect(all[100]?.instances?.missing).toEqual([]);
    expect(all.map(({ cpu }) => cpu.average)).toEqual(all.map(() => 60));
    const lists = all.map(({ instances }) => instances);
    expect(bytesOf(lists)).toBeLessThan(8_100_000);
    expect(bytesOf(lists)).toBeGreaterThan(7_300_000);
  });
});

describe("withShortTexts", () => {
  it("leaves a document alone that fits", () => {
    const document = { text: "x".repeat(100_000) };

    expect(withShortTexts(document)).toBe(document);
  });
});
