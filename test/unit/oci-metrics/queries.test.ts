import { describe, expect, it } from "vitest";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import type { Instance } from "../../../src/instance-manager/instance-pool.ts";
import {
  instanceQueries,
  intervalMinutes,
  poolQueries,
  toMetricsQuery,
} from "../../../src/oci-metrics/queries.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };

/** Members spread over three availability domains, and each over three fault domains. */
function members(count: number, compartments = [compartmentId]): readonly Instance[] {
  return Array.from({ length: count }, (_, index) => ({
    id: instanceId(`n${index}`),
    displayName: `n${index}`,
    compartmentId: compartments[index % compartments.length] ?? compartmentId,
    state: "RUNNING",
    availabilityDomain: `AD-${index % 3}`,
    faultDomain: `FAULT-DOMAIN-${Math.floor(index / 3) % 3}`,
  }));
}

const plan = (count: number, settings: PoolSettings = {}) =>
  poolQueries("CpuUtilization", members(count), poolSpec(settings), window);

describe("poolQueries", () => {
  it.each([1, 250, 2000])("asks once about %i members", (count) => {
    const queries = plan(count);

    expect(queries).toHaveLength(1);
    expect(queries[0]?.instances).toHaveLength(count);
    expect(queries.map(toMetricsQuery)[0]).toEqual({
      compartmentId,
      namespace: "oci_computeagent",
      query: `CpuUtilization[1m]{instancePoolId = "${poolId}"}.groupBy(resourceId).mean()`,
      startTime: window.start,
      endTime: window.end,
      resolution: "1m",
    });
  });

  it.each([
    [2001, {}, 3],
    [6001, {}, 9],
    [2000, { windowMinutes: 60 }, 3],
    [1666, { windowMinutes: 60 }, 1],
    [69, { windowMinutes: 1439 }, 1],
    [70, { windowMinutes: 1439 }, 3],
  ])(
    "keeps the answers for %i members with %j within the service's limits",
    (count, settings, queries) => {
      const planned = plan(count, settings);

      expect(planned).toHaveLength(queries);
      expect(planned.flatMap(({ instances }) => instances)).toHaveLength(count);
      expect(new Set(planned.map((query) => toMetricsQuery(query).query)).size).toBe(queries);
    },
  );

  it("refuses what no division makes small enough, rather than losing members", () => {
    expect(() => plan(2000, { windowMinutes: 1439 })).toThrow(
      /^windowMinutes: OCI Monitoring can't answer 1439 minutes for 2000 members/,
    );
  });

  it("asks in each compartment where members live", () => {
    const queries = poolQueries("CpuUtilization", members(4, ["a", "b"]), poolSpec(), window);

    expect(queries.map((query) => query.compartmentId)).toEqual(["a", "b"]);
  });

  it.each([
    ["mean", "mean()"],
    ["max", "max()"],
    ["min", "min()"],
    ["p95", "mean()"],
  ] as const)("asks for the %s of each minute as %s", (statistic, expected) => {
    expect(plan(1, { statistic }).map(toMetricsQuery)[0]?.query).toMatch(
      new RegExp(`\\.${expected.slice(0, -2)}\\(\\)$`),
    );
  });
});

describe("instanceQueries", () => {
  it("asks for members in lists of at most ten", () => {
    const queries = instanceQueries("MemoryUtilization", members(21), poolSpec(), window);

    expect(queries.map(({ instances }) => instances.length)).toEqual([10, 10, 1]);
    expect(queries.map(toMetricsQuery)[2]?.query).toBe(
      `MemoryUtilization[1m]{resourceId = "${instanceId("n20")}"}.groupBy(resourceId).mean()`,
    );
  });

  it("asks for nobody when nobody is missing", () => {
    expect(instanceQueries("CpuUtilization", [], poolSpec(), window)).toEqual([]);
  });
});

describe("intervalMinutes", () => {
  it.each([
    [1, 1],
    [5, 1],
    [60, 1],
    [61, 1],
    [120, 2],
    [1440, 24],
  ])("divides %i minutes evenly by %i", (windowMinutes, interval) => {
    expect(intervalMinutes(windowMinutes)).toBe(interval);
    expect(windowMinutes % interval).toBe(0);
  });
});
