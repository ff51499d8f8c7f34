import { describe, expect, it } from "vitest";
import { withinResponseLimit } from "../../../src/result/response-limit.ts";
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
      instances: { total: 20_001, running: 20_001, reporting: 1, missing: [] },
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
});
