import { describe, expect, it } from "vitest";
import { SourceUnavailableError } from "../../../src/errors.ts";
import { failedPoolResult } from "../../../src/result/pool-result.ts";
import type { MissingReason } from "../../../src/result/reading.ts";
import type { PoolResult } from "../../../src/result/result-document.ts";
import { coverageOf, openCircuitsOf } from "../../../src/telemetry/invocation-summary.ts";

const unknown = failedPoolResult(
  { name: "web", instancePoolId: null, source: null, statistic: null },
  new SourceUnavailableError("Compute is down"),
);
const poolOf = (
  counted: number,
  reporting: number,
  excluded = 0,
  reason: MissingReason = "no_data",
): PoolResult => {
  const running = counted + excluded;
  const one = { id: "a", displayName: "a", metrics: ["cpu" as const], reason };
  const missing = Array.from({ length: counted - reporting }, () => one);
  return {
    ...unknown,
    instances: { total: running, running, counted, reporting, missing, excluded: [] },
  };
};

describe("coverageOf", () => {
  it.each([
    ["of all pools' members", [poolOf(9, 9), poolOf(3, 0)], 0.75],
    ["without pools whose members aren't known", [poolOf(4, 1), unknown], 0.25],
    ["without pools that were not answered", [poolOf(4, 1), poolOf(4, 0, 0, "query_failed")], 0.25],
    ["null when no pool was answered", [poolOf(4, 0, 0, "query_failed")], null],
    ["without members that do not count", [poolOf(4, 1, 4)], 0.25],
    ["0 when nobody of those that run reported", [poolOf(2, 0)], 0],
    ["null when none is known to run", [poolOf(0, 0), unknown], null],
    ["null without a pool", [], null],
  ])("is the share %s", (_, pools, share) => {
    expect(coverageOf(pools)).toBe(share);
  });
});

describe("openCircuitsOf", () => {
  it("names the endpoints that aren't called, or only to try", () => {
    const states = ["closed", "open", "half-open"] as const;
    const endpoints = states.map((state) => ({
      name: `one that is ${state}`,
      state,
      consecutiveFailures: 0,
      retryAt: null,
    }));

    expect(openCircuitsOf(endpoints)).toEqual(["one that is open", "one that is half-open"]);
  });
});
