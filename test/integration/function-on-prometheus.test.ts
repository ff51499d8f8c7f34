import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { EmulatedInstance } from "../../local/oci-emulator/tenancy.ts";
import { FaultyServer } from "../support/faulty-server.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { NodeExporter } from "../support/node-exporter.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer } from "../support/prometheus.ts";
import { SyntheticExporter } from "../support/synthetic-exporter.ts";

/** The loopback address that each host's node_exporter listens on. */
const addresses: Readonly<Record<string, string>> = {
  a: "127.0.0.11",
  b: "127.0.0.12",
  stopped: "127.0.0.13",
  silent: "127.0.0.19",
};

const member = (unique: string, state = "Running"): EmulatedInstance => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state,
  vnics: [{ privateIp: addresses[unique] ?? "127.0.0.20", hostnameLabel: `web-${unique}` }],
});

/** Two running members with a node_exporter, one without, one stopped, and one terminated. */
const members = [
  member("a"),
  member("b"),
  member("silent"),
  member("stopped", "Stopped"),
  member("gone", "Terminated"),
];

/** The labels that relabelling gives a target. */
const labelsOf = (unique: string) => ({
  instance: `inst-${unique}-web:9100`,
  instance_id: instanceId(unique),
  instance_pool_id: poolId,
  nodename: `web-${unique}.sub.vcn.oraclevcn.com`,
  address: `${addresses[unique]}:9100`,
});

describe("the function on a real Prometheus that scrapes real node_exporters", () => {
  const exporters = new Map<string, NodeExporter>();
  let emulator: OciEmulator;
  let prometheus: PrometheusServer;
  let agent: FnAgent;

  beforeAll(async () => {
    const hosts = ["a", "b", "stopped"];
    for (const unique of hosts) {
      exporters.set(unique, await NodeExporter.start({ host: addresses[unique] ?? "127.0.0.1" }));
    }
    const targets = [...exporters].map(([unique, { address }]) => ({
      address,
      labels: labelsOf(unique),
    }));
    prometheus = await PrometheusServer.start({ scrapeConfigs: [{ job: "node", targets }] });
    // Memory, and a statistic of the CPU, are read at steps of half a minute; a rate takes two
    // scrapes before the step.
    await prometheus.waitFor(
      `count(count_over_time(node_memory_MemTotal_bytes[5m:30s]) and on (instance) count_over_time(rate(node_cpu_seconds_total{cpu="0", mode="idle"}[2m])[5m:30s]))`,
      ([row]) => row?.value[1] === "3",
      90_000,
    );
    const pool = { id: poolId, displayName: "web", compartmentId, instances: members };
    emulator = await OciEmulator.start({ tenancy: { pools: [pool] } });
    agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: prometheus.url });
  });

  afterAll(async () => {
    await agent?.close();
    await emulator?.close();
    await prometheus?.kill();
    for (const exporter of exporters.values()) await exporter.kill();
  });

  const request = { instancePoolId: poolId, source: "prometheus", includeInstances: true };

  it.each([
    ["display name", undefined],
    ["instance OCID", { label: "instance_id", by: "instanceId" }],
    ["pool OCID", { label: "instance_pool_id", by: "poolId" }],
    ["private IP", { label: "address", by: "privateIp" }],
    ["host name", { label: "nodename", by: "hostname" }],
  ])("averages the members that report, found by %s", async (_, match) => {
    const document = await ask(agent, { ...request, prometheus: { match } });

    expect(document).toMatchObject({
      status: "partial",
      pools: [
        {
          name: "web",
          source: "prometheus",
          status: "partial",
          cpu: { reporting: 2 },
          memory: { reporting: 2 },
          instances: {
            total: 5,
            running: 3,
            reporting: 2,
            missing: [{ id: instanceId("silent"), metrics: ["cpu", "memory"], reason: "no_data" }],
          },
        },
      ],
    });
  });

  it("reads what the hosts themselves say of their memory", async () => {
    const metrics = (await exporters.get("a")?.metrics()) ?? "";
    const bytes = (name: string) =>
      Number(new RegExp(`^node_memory_${name}_bytes (\\S+)$`, "m").exec(metrics)?.[1]);
    const truth = 100 * (1 - bytes("MemAvailable") / bytes("MemTotal"));

    const { pools } = await ask(agent, request);

    const [pool] = pools;
    expect(Math.abs((pool?.memory.average ?? Number.NaN) - truth)).toBeLessThan(5);
    expect(pool?.instances?.details).toHaveLength(3);
    for (const { cpu, displayName } of pool?.instances?.details ?? []) {
      if (displayName === "inst-silent-web") continue;
      expect(cpu).toBeGreaterThanOrEqual(0);
      expect(cpu).toBeLessThanOrEqual(100);
    }
  });

  it.each(["max", "min", "p50", "p90", "p95", "p99"])(
    "knows the statistic %s",
    async (statistic) => {
      const { pools } = await ask(agent, { ...request, statistic });

      expect(pools[0]).toMatchObject({
        statistic,
        cpu: { reporting: 2 },
        memory: { reporting: 2 },
      });
    },
  );

  it("reads a real node_exporter under load within 2 points of its own counters", async () => {
    await promisify(execFile)(process.execPath, [
      "-e",
      "for (const end = Date.now() + 8000; Date.now() < end; );",
    ]);
    const counters = 'node_cpu_seconds_total{instance="inst-a-web:9100"}[5m]';

    const before = busyShare(await prometheus.query(counters));
    const { pools } = await ask(agent, request);
    const after = busyShare(await prometheus.query(counters));

    const details = pools[0]?.instances?.details ?? [];
    const cpu = details.find(({ displayName }) => displayName === "inst-a-web")?.cpu;
    expect(before).toBeGreaterThan(0);
    // A scrape may come between the three questions.
    expect(cpu).toBeGreaterThan(Math.min(before, after) - 2);
    expect(cpu).toBeLessThan(Math.max(before, after) + 2);
  });

  it("misses a host at the first scrape after its death, and takes nothing it said before", async () => {
    const victim = exporters.get("b");
    await victim?.kill();
    await prometheus.waitFor('up{instance="inst-b-web:9100"}', ([row]) => row?.value[1] === "0");

    const { pools } = await ask(agent, request);

    expect(pools[0]).toMatchObject({
      status: "partial",
      cpu: { reporting: 1 },
      instances: {
        missing: [
          { id: instanceId("b"), metrics: ["cpu", "memory"], reason: "target_down" },
          { id: instanceId("silent"), reason: "no_data" },
        ],
      },
    });
  });

  it("sees a host that comes up in the middle", async () => {
    const exporter = await NodeExporter.start({ host: addresses["silent"] ?? "127.0.0.1" });
    exporters.set("silent", exporter);
    const targets = [...exporters].map(([unique, { address }]) => ({
      address,
      labels: labelsOf(unique),
    }));
    await prometheus.reload([{ job: "node", targets }]);
    const rates = 'rate(node_cpu_seconds_total{instance="inst-silent-web:9100",mode="idle"}[5m])';
    await prometheus.waitFor(rates, (rows) => rows.length > 0, 30_000);

    const { pools } = await ask(agent, request);

    expect(pools[0]?.cpu.reporting).toBe(2);
    const missing = pools[0]?.instances?.missing.filter(({ metrics }) => metrics.includes("cpu"));
    expect(missing?.map(({ id }) => id)).toEqual([instanceId("b")]);
  });
});

/** Percent busy, by nothing but the difference of the counters' first and last samples. */
function busyShare(answer: unknown): number {
  const { result } = v.parse(rawSamples, answer);
  let [busy, total] = [0, 0];
  for (const { metric, values } of result) {
    const spent = Number(values.at(-1)?.[1]) - Number(values[0]?.[1]);
    total += spent;
    if (metric.mode !== "idle" && metric.mode !== "iowait") busy += spent;
  }
  return (100 * busy) / total;
}

const rawSamples = v.object({
  result: v.array(
    v.object({
      metric: v.object({ mode: v.string() }),
      values: v.array(v.tuple([v.number(), v.string()])),
    }),
  ),
});

describe("the function on a real Prometheus that scrapes known counters", () => {
  let exporter: SyntheticExporter;
  let prometheus: PrometheusServer;
  let emulator: OciEmulator;
  let agent: FnAgent;
  let counting: NodeJS.Timeout;

  beforeAll(async () => {
    const began = Date.now();
    const counters = () => exposition((Date.now() - began) / 1000);
    exporter = await SyntheticExporter.start(counters());
    counting = setInterval(() => exporter.setMetrics(counters()), 100);
    const targets = [{ address: exporter.address, labels: labelsOf("a") }];
    prometheus = await PrometheusServer.start({ scrapeConfigs: [{ job: "node", targets }] });
    await prometheus.waitFor(
      "count_over_time(node_memory_MemTotal_bytes[5m:30s]) and on (instance) rate(node_cpu_seconds_total{mode='idle'}[5m])",
      (rows) => rows.length > 0,
      90_000,
    );
    const pool = { id: poolId, displayName: "web", compartmentId, instances: [member("a")] };
    emulator = await OciEmulator.start({ tenancy: { pools: [pool] } });
    agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: prometheus.url });
  });

  afterAll(async () => {
    clearInterval(counting);
    await agent?.close();
    await emulator?.close();
    await prometheus?.kill();
    await exporter?.kill();
  });

  it.each([
    ["busy", 45],
    ["idle", 35],
  ])(
    "reads the truth within 2 points, stolen time being %s, though the host is new",
    async (steal, truth) => {
      const { pools } = await ask(agent, {
        instancePoolId: poolId,
        source: "prometheus",
        prometheus: { steal },
      });

      expect(pools[0]?.status).toBe("ok");
      expect(Math.abs((pools[0]?.cpu.average ?? Number.NaN) - truth)).toBeLessThan(2);
      expect(Math.abs((pools[0]?.memory.average ?? Number.NaN) - 75)).toBeLessThan(2);
    },
  );
});

/** What node_exporter shows of a host after so many seconds: 45 % busy, of which 10 % stolen. */
function exposition(seconds: number): string {
  const shares = { user: 0.3, system: 0.05, steal: 0.1, iowait: 0.05, idle: 0.5 };
  const cpu = Object.entries(shares).map(
    ([mode, share]) =>
      `node_cpu_seconds_total{cpu="0",mode="${mode}"} ${(1000 + share * seconds).toFixed(3)}`,
  );
  const memory = ["node_memory_MemTotal_bytes 1e9", "node_memory_MemAvailable_bytes 2.5e8"];
  return `${[...cpu, ...memory].join("\n")}\n`;
}

describe("the function on a Prometheus that is not there", () => {
  let emulator: OciEmulator;
  beforeAll(async () => {
    const pool = { id: poolId, displayName: "web", compartmentId, instances: [member("a")] };
    emulator = await OciEmulator.start({ tenancy: { pools: [pool] } });
  });
  afterAll(() => emulator.close());

  it.each([
    ["is down", undefined, /can't be reached: connect ECONNREFUSED/],
    [
      "answers HTML",
      { status: 200, contentType: "text/html", body: "<html>" },
      /answered text\/html, not JSON/,
    ],
    ["has another path", { status: 404, body: "404 page not found" }, /answered 404/],
  ])("says that the server %s, and answers the next call", async (_, fault, message) => {
    const server = await FaultyServer.start(fault ?? { status: 500, body: "" });
    if (fault === undefined) await server.close();
    const agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: server.url });
    try {
      const request = { instancePoolId: poolId, source: "prometheus" };
      const first = await ask(agent, request);
      const next = await ask(agent, request);

      expect(first.pools[0]?.error).toMatchObject({
        code: "SOURCE_UNAVAILABLE",
        message: expect.stringMatching(message),
        retryable: true,
      });
      expect(next.pools[0]?.error).toMatchObject({ retryable: true });
    } finally {
      await agent.close();
      if (fault !== undefined) await server.close();
    }
  });
});
