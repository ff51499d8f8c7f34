import { describe, expect, it } from "vitest";
import { CustomMetrics } from "../../../local/oci-emulator/custom-metrics.ts";
import { summarizeMetricsData } from "../../../local/oci-emulator/monitoring.ts";
import { postMetricData } from "../../../local/oci-emulator/post-metric-data.ts";
import { compartmentId, poolId } from "../../support/ocids.ts";

const now = new Date("2026-11-23T20:40:30.000Z");
const tenancy = { pools: [{ id: poolId, displayName: "web", compartmentId, instances: [] }] };
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const good = {
  namespace: "pools",
  compartmentId,
  name: "CpuUtilization",
  dimensions: { instancePoolId: poolId, pool: "wéb" },
  datapoints: [{ timestamp: minutesAgo(1), value: 40 }],
};

function post(metricData: readonly object[], more: object = {}, custom = new CustomMetrics()) {
  return postMetricData(tenancy, custom, { metricData, ...more }, now);
}

describe("PostMetricData", () => {
  it.each([
    ["namespace", { namespace: "1pools" }],
    ["namespace", { namespace: "oci_pools" }],
    ["namespace", { namespace: "oracle_pools" }],
    ["resourceGroup", { resourceGroup: "a b" }],
    ["compartmentId", { compartmentId: "web" }],
    ["name", { name: "Cpu Utilization" }],
    ["dimensions", { dimensions: {} }],
    ["dimensions", { dimensions: { "a b": "c" } }],
    ["dimensions", { dimensions: { ["k".repeat(257)]: "c" } }],
    ["dimensions", { dimensions: { pool: "" } }],
    ["dimensions", { dimensions: { pool: null } }],
    ["dimensions", { dimensions: { pool: "x".repeat(513) } }],
    [
      "dimensions",
      { dimensions: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`d${n}`, "x"])) },
    ],
    ["datapoints", { datapoints: [] }],
    ["datapoints", { datapoints: [{ timestamp: minutesAgo(120), value: 1 }] }],
    ["datapoints", { datapoints: [{ timestamp: minutesAgo(-10), value: 1 }] }],
    ["datapoints", { datapoints: [{ timestamp: "now", value: 1 }] }],
    ["datapoints", { datapoints: [{ timestamp: minutesAgo(1), value: null }] }],
    ["units", { units: "percent" }],
  ])("refuses a metric for its %s, and takes the others: %j", (key, change) => {
    const bad = { ...good, ...change };

    const { failedMetricsCount, failedMetrics } = post([good, bad]);

    expect(failedMetricsCount).toBe(1);
    expect(failedMetrics).toMatchObject([
      { message: expect.stringMatching(`^${key}`), metricData: bad },
    ]);
  });

  it.each([minutesAgo(119), minutesAgo(-9)])("takes a point of %s", (timestamp) => {
    expect(post([{ ...good, datapoints: [{ timestamp, value: 1 }] }]).failedMetricsCount).toBe(0);
  });

  it.each([
    ["more than 50 streams", Array.from({ length: 51 }, () => good), {}],
    ["no stream", [], {}],
    ["nothing that is right", [{ ...good, name: "?" }], {}],
    ["an atomic batch that is not all right", [good, {}], { batchAtomicity: "ATOMIC" }],
    ["a key that doesn't exist", [good], { metrics: [] }],
  ])("answers 400 to %s", (_, metricData, more) => {
    expect(() => post(metricData, more)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it("answers 404 for a compartment that isn't there", () => {
    const elsewhere = { ...good, compartmentId: `${compartmentId}elsewhere` };

    expect(() => post([elsewhere])).toThrow(expect.objectContaining({ status: 404 }));
  });

  describe("what was posted", () => {
    function ask(custom: CustomMetrics, query: string, more: object = {}) {
      const parameters = new URLSearchParams({ compartmentId });
      const body = {
        namespace: "pools",
        query,
        startTime: minutesAgo(5),
        resolution: "1m",
        ...more,
      };
      return summarizeMetricsData(tenancy, parameters, body, now, custom);
    }

    it("is there for queries, by its dimensions, in its minute", () => {
      const custom = new CustomMetrics();
      const other = { ...good, dimensions: { pool: "db" } };
      const again = { ...good, datapoints: [{ timestamp: minutesAgo(1), value: 60, count: 3 }] };
      post([good, again, other], {}, custom);

      const [web, ...more] = ask(custom, 'CpuUtilization[1m]{pool = "wéb"}.mean()');

      expect(more).toEqual([]);
      expect(web).toMatchObject({
        namespace: "pools",
        dimensions: good.dimensions,
        aggregatedDatapoints: [{ timestamp: "2026-11-23T20:39:00.000Z", value: 55 }],
      });
      expect(ask(custom, "CpuUtilization[1m].count()")).toHaveLength(2);
    });

    it("is found in its own namespace, resource group and name only", () => {
      const custom = new CustomMetrics();
      post([{ ...good, resourceGroup: "fleet" }], {}, custom);
      const query = "CpuUtilization[1m].mean()";

      expect(ask(custom, query, { resourceGroup: "fleet" })).toHaveLength(1);
      expect(ask(custom, query)).toEqual([]);
      expect(ask(custom, query, { resourceGroup: "fleet", namespace: "other" })).toEqual([]);
      expect(ask(custom, "Other[1m].mean()", { resourceGroup: "fleet" })).toEqual([]);
    });
  });
});
