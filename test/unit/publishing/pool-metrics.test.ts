import { describe, expect, it } from "vitest";
import { EmptyPoolError, SourceUnavailableError } from "../../../src/errors.ts";
import { metricsOfPool } from "../../../src/publishing/pool-metrics.ts";
import { failedPoolResult } from "../../../src/result/pool-result.ts";
import type { MissingReason } from "../../../src/result/reading.ts";
import { type PoolResult, toErrorInfo } from "../../../src/result/result-document.ts";
import { nothingReported } from "../../../src/result/statistics.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const now = new Date("2026-11-23T20:40:12Z");
const utilization = (average: number) => ({
  average,
  min: average,
  max: average,
  p95: average,
  reporting: 1,
});
const ok: PoolResult = {
  name: "web",
  instancePoolId: poolId,
  source: "oci",
  status: "ok",
  window: { start: "2026-11-23T20:35:00.000Z", end: "2026-11-23T20:40:00.000Z" },
  statistic: "mean",
  resolutionSeconds: 60,
  cpu: utilization(0),
  memory: utilization(63.5),
  instances: { total: 1, running: 1, counted: 1, reporting: 1, missing: [], excluded: [] },
  warnings: [],
};
const spec = poolSpec({ publish: { namespace: "pools", resourceGroup: "fleet" } });
const missing = (reason: MissingReason) => [
  { id: instanceId("a"), displayName: "a", metrics: ["memory" as const], reason },
];

/** The values by name. */
function valuesOf(result: PoolResult): object {
  const metrics = metricsOfPool(result, spec, compartmentId, now);
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

describe("metricsOfPool", () => {
  it("are the averages and counts, at the end of the window", () => {
    expect(metricsOfPool(ok, spec, compartmentId, now)[1]).toEqual({
      namespace: "pools",
      resourceGroup: "fleet",
      compartmentId,
      name: "MemoryUtilization",
      dimensions: { instancePoolId: poolId, pool: "web" },
      timestamp: new Date("2026-11-23T20:40:00Z"),
      value: 63.5,
    });
  });

  it("tell an idle pool from one that is silent", () => {
    const silent = { ...ok, status: "partial" as const, cpu: nothingReported };

    expect(valuesOf(ok)).toMatchObject({ CpuUtilization: 0 });
    expect(valuesOf(silent)).toEqual({
      MemoryUtilization: 63.5,
      ReportingInstances: 1,
      RunningInstances: 1,
    });
  });

  it("don't count who reported when a query or a look-up failed: nobody knows", () => {
    const counts = { total: 1, running: 1, counted: 1, reporting: 0, excluded: [] };
    const of = (reason: MissingReason): PoolResult => ({
      ...ok,
      status: "partial",
      memory: nothingReported,
      instances: { ...counts, missing: missing(reason) },
    });

    expect(valuesOf(of("no_data"))).toMatchObject({ ReportingInstances: 0, RunningInstances: 1 });
    for (const reason of ["query_failed", "unresolved_host"] as const) {
      expect(valuesOf(of(reason))).toEqual({ CpuUtilization: 0, RunningInstances: 1 });
    }
  });

  it("are of the present when nobody runs, so that there is no window", () => {
    const empty: PoolResult = {
      ...ok,
      status: "failed",
      window: null,
      cpu: nothingReported,
      memory: nothingReported,
      instances: { total: 0, running: 0, counted: 0, reporting: 0, missing: [], excluded: [] },
      error: toErrorInfo(new EmptyPoolError("The pool has no members.")),
    };

    expect(metricsOfPool(empty, spec, compartmentId, now)).toMatchObject([
      { name: "ReportingInstances", value: 0, timestamp: now },
      { name: "RunningInstances", value: 0, timestamp: now },
    ]);
  });

  it("are none when the members aren't known, or nobody asked for them", () => {
    const unknown = failedPoolResult(ok, new SourceUnavailableError("Compute is down"));

    expect(metricsOfPool(unknown, spec, compartmentId, now)).toEqual([]);
    expect(metricsOfPool(ok, poolSpec(), compartmentId, now)).toEqual([]);
  });
});
