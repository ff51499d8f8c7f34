import { describe, expect, it } from "vitest";
import { PrometheusMetricsCollector } from "../../../src/collectors/prometheus-metrics-collector.ts";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import { SourceUnavailableError } from "../../../src/errors.ts";
import type { Host } from "../../../src/instance-manager/host-directory.ts";
import type { QueryApi, Series } from "../../../src/prometheus/query-api.ts";
import { metricsOfPool } from "../../../src/publishing/pool-metrics.ts";
import { toPoolResult } from "../../../src/result/pool-result.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const evaluatedAt = 1_795_465_525;
const instances = ["a", "b"].map((unique) => ({
  id: instanceId(unique),
  displayName: `web-${unique}`,
  compartmentId,
  state: "RUNNING",
}));
const hosts = new Map<string, Host>([
  [instanceId("a"), { addresses: ["10.0.0.1"], hostname: "web-a" }],
  [instanceId("b"), { addresses: ["10.0.0.2"], hostname: "web-b" }],
]);

const times = Array.from({ length: 24 }, (_, index) => evaluatedAt - 15 * (23 - index));

/** The rows of a host of one CPU at 40 %, and 75 % memory. */
function rows(labels: Readonly<Record<string, string>>): { cpu: Series[]; memory: Series[] } {
  const row = (mode: string, value: number): Series => ({
    labels: { ...labels, mode },
    times: [evaluatedAt],
    values: [value],
  });
  const samples = (name: string, value: number): Series => ({
    labels: { ...labels, __name__: name },
    times,
    values: times.map(() => value),
  });
  return {
    cpu: [row("user", 120), row("idle", 180), row("(stamp)", evaluatedAt)],
    memory: [
      samples("up", 1),
      samples("node_memory_MemTotal_bytes", 100),
      samples("node_memory_MemAvailable_bytes", 25),
    ],
  };
}

const clock: Series = { labels: { mode: "(now)" }, times: [evaluatedAt], values: [evaluatedAt] };

/** Measures the pool on a server that has these hosts; records who was looked up. */
async function measure(
  labels: readonly Readonly<Record<string, string>>[],
  settings: PoolSettings = {},
  warnings: readonly string[] = [],
  known = hosts,
  secondLookOnly = false,
) {
  const lookUps: string[][] = [];
  const queries: { query: string; time: Date | undefined }[] = [];
  const all = labels.map(rows);
  const server: QueryApi = {
    query: async (query, time) => {
      queries.push({ query, time });
      if (query.startsWith("topk"))
        return { series: [{ labels: {}, times: [], values: [] }], warnings };
      const series = query.startsWith("{")
        ? all.flatMap((r) => r.memory)
        : [clock, ...all.flatMap((r) => r.cpu)];
      const said = secondLookOnly && !/s\]$/.test(query) ? [] : warnings;
      return { series, warnings: said, partial: said.length > 0 };
    },
    fits: () => true,
    redact: (text) => text.replaceAll("s3cret", "[secret]"),
  };
  const collector = new PrometheusMetricsCollector({
    directory: {
      getInstancesFromInstancePool: async () => ({ id: poolId, name: "web", instances }),
    },
    hosts: {
      hostsOf: async (asked) => {
        lookUps.push(asked.map(({ displayName }) => displayName));
        return { byInstanceId: known, failure: new SourceUnavailableError("one VNIC is missing") };
      },
    },
    ownExporterOf: () => undefined,
    matchLabels: () => new Set(["instance"]),
    serverOf: async () => server,
    now: () => new Date(0),
  });
  const spec = poolSpec({ source: "prometheus", ...settings });
  return {
    result: toPoolResult(spec, await collector.getMetrics(spec, anInvocation()), []),
    lookUps,
    queries,
  };
}

describe("PrometheusMetricsCollector", () => {
  it("calls an answer partial that its server warns about", async () => {
    const both = [{ instance: "web-a:9100" }, { instance: "web-b:9100" }];

    expect((await measure(both)).result.status).toBe("ok");
    const { result } = await measure(both, {}, ["PromQL warning: some storage did not answer"]);
    expect(result).toMatchObject({
      status: "partial",
      warnings: ["PromQL warning: some storage did not answer"],
      cpu: { average: 40 },
    });
  });

  it("passes on what its server warns about when it is asked again", async () => {
    const both = [{ instance: "web-a:9100" }, { instance: "web-b:9100" }];
    const warnings = ["PromQL warning: some storage did not answer"];
    // The modes add up to less than the time between the samples.
    const { result } = await measure(both, { windowMinutes: 10 }, warnings, hosts, true);

    expect(result.warnings).toEqual(warnings);
  });

  it("looks members up on the network only where the label needs it", async () => {
    const byName = await measure([{ instance: "web-a" }]);
    const byAddress = await measure(
      [{ instance: "10.0.0.1:9100" }, { instance: "10.0.0.2:9100" }],
      {
        prometheus: { match: { label: "instance", by: "privateIp" } },
      },
    );

    expect(byName.lookUps).toEqual([]);
    expect(byAddress.lookUps).toEqual([["web-a", "web-b"]]);
    expect(byAddress.result).toMatchObject({
      cpu: { reporting: 2 },
      warnings: ["one VNIC is missing"],
    });
  });

  it("blames the look-up, not the labels, when nobody's address could be found", async () => {
    const { result } = await measure([], {
      prometheus: { match: { label: "instance", by: "privateIp" } },
    });

    expect(result.error).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
  });

  it("sees no label in what every object has", async () => {
    const { result } = await measure([], {
      prometheus: { match: { label: "constructor", by: "displayName" } },
    });

    expect(result.error).toMatchObject({
      code: "NO_DATA",
      hint: `No host's series has the label "constructor" on server "default".`,
    });
  });

  it("looks up those whom a pool label finds, but no other label names", async () => {
    const labels = [
      { pool: poolId, instance: "10.0.0.1:9100", nodename: "web-a" },
      { pool: poolId, instance: "10.0.0.2:9100" },
    ];
    const { result, lookUps } = await measure(labels, {
      prometheus: { match: { label: "pool", by: "poolId" } },
    });

    expect(lookUps).toEqual([["web-b"]]);
    expect(result.cpu.reporting).toBe(2);
  });

  it("looks up those whom a label of others is all that names", async () => {
    const labels = ["10.0.0.1", "10.0.0.2"].map((address) => {
      return { pool: poolId, instance: `${address}:9100`, leader: "web-a" };
    });
    const { result, lookUps } = await measure(labels, {
      prometheus: { match: { label: "pool", by: "poolId" } },
    });

    expect(lookUps).toEqual([["web-a", "web-b"]]);
    expect(result.cpu.reporting).toBe(2);
  });

  it("does not know who reports when no host could be looked up, so no count is published", async () => {
    const labels = ["10.0.0.1", "10.0.0.2"].map((ip) => ({ pool: poolId, instance: `${ip}:9100` }));
    const settings = {
      publish: { namespace: "pools", resourceGroup: undefined },
      prometheus: { match: { label: "pool", by: "poolId" } },
    } as const;

    const { result } = await measure(labels, settings, [], new Map());

    expect(result.instances?.missing.map(({ reason }) => reason)).toEqual([
      "unresolved_host",
      "unresolved_host",
    ]);
    const metrics = metricsOfPool(result, poolSpec(settings), compartmentId, new Date(0));
    expect(metrics.map(({ name }) => name)).toEqual(["RunningInstances"]);
  });

  it("reports the window by the server's clock", async () => {
    const { result } = await measure([{ instance: "web-a" }], { windowMinutes: 10 });

    expect(result.window).toEqual({
      start: new Date((evaluatedAt - 600) * 1000).toISOString(),
      end: new Date(evaluatedAt * 1000).toISOString(),
    });
  });

  it("looks back no further than it is asked to", async () => {
    const { result, queries } = await measure([{ instance: "web-a" }], { windowMinutes: 1 });

    expect(queries[0]?.query).toContain("[60s]");
    expect(result.window?.start).toBe(new Date((evaluatedAt - 60) * 1000).toISOString());
  });

  it("says of what values a statistic is", async () => {
    const { result } = await measure([{ instance: "web-a" }]);

    expect(result.resolutionSeconds).toBe(60);
  });
});
