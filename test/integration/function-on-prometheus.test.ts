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

/** A host counts until its newest sample is two and a half times as old: on a busy machine scrapes are late. */
const scrapeSeconds = 3;

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
    prometheus = await PrometheusServer.start({
      scrapeInterval: `${scrapeSeconds}s`,
      scrapeConfigs: [{ job: "node", targets }],
    });
    // A statistic of the CPU is read at steps of half a minute, and takes two of them.
    await prometheus.waitFor(
      `count(count_over_time(node_cpu_seconds_total{cpu="0", mode="idle"}[5m:30s]) >= 2)`,
      ([row]) => row?.value[1] === "3",
      90_000,
    );
    const pool = { id: poolId, displayName: "web", compartmentId, instances: members };
    const odd = { ...member("odd"), displayName: "inst-\ufffd-web" };
    const oddPool = {
      ...pool,
      id: `${poolId}odd`,
      displayName: "\ufffd",
      instances: [member("a"), odd],
    };
    emulator = await OciEmulator.start({
      tenancy: () => {
        const changing = { ...pool, id: `${poolId}changing`, instances: changingMembers };
        return { pools: [pool, oddPool, changing] };
      },
    });
    agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: prometheus.url });
  });

  afterAll(async () => {
    await agent?.close();
    await emulator?.close();
    await prometheus?.kill();
    for (const exporter of exporters.values()) await exporter.kill();
  });

  let changingMembers: readonly EmulatedInstance[] = [];

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

  it.each([
    ["host name", { label: "nodename", by: "hostname" }],
    ["private IP", { label: "address", by: "privateIp" }],
  ])("gives a %s to who has it now, when the members change", async (_, match) => {
    const of = { ...request, instancePoolId: `${poolId}changing`, prometheus: { match } };
    const known = async () => {
      const [pool] = (await ask(agent, of)).pools;
      return pool?.instances?.details?.map(({ id, cpu }) => [id, typeof cpu]);
    };
    const [first, other] = [instanceId("first"), instanceId("other")];
    changingMembers = [{ ...member("a"), id: first }];
    expect(await known()).toEqual([[first, "number"]]);

    // Its name and address are another's now.
    changingMembers = [
      { ...member("silent"), id: first },
      { ...member("a"), id: other },
    ];

    expect(await known()).toEqual([
      [first, "object"],
      [other, "number"],
    ]);
  });

  it.each([
    ["instance", true],
    ["address", false],
  ])(
    "shows a caller what the label %s holds, as the configuration matches by it: %s",
    async (label, shown) => {
      const prometheus = { match: { label, by: "instanceId" } };

      const { pools } = await ask(agent, { ...request, prometheus });

      const value = label === "instance" ? "inst-a-web:9100" : addresses["a"];
      expect(pools[0]?.error).toMatchObject({
        code: "NO_DATA",
        hint: expect.stringContaining(`in the label "${label}"`),
      });
      expect(pools[0]?.error?.hint?.includes(`${value}`)).toBe(shown);
    },
  );

  it("measures the others of a pool in which a name is broken, and publishes them", async () => {
    const publish = { namespace: "odd" };
    const { pools } = await ask(agent, { ...request, instancePoolId: `${poolId}odd`, publish });

    expect(pools[0]).toMatchObject({
      name: "\ufffd",
      status: "partial",
      cpu: { reporting: 1 },
      memory: { reporting: 1 },
      instances: { missing: [{ displayName: "inst-\ufffd-web", reason: "no_data" }] },
      warnings: [],
    });
  });

  it("reads what the hosts themselves say of their memory", async () => {
    const gauge = (name: string) => `node_memory_${name}_bytes{instance="inst-a-web:9100"}`;
    const available = `${gauge("MemAvailable")} / ${gauge("MemTotal")}`;
    const used = async (extreme: "max" | "min") => {
      const query = `100 - 100 * ${extreme}_over_time((${available})[5m:1s])`;
      return Number(v.parse(vector, await prometheus.query(query)).result[0]?.value[1]);
    };

    const [least, most] = [await used("max"), await used("min")];
    const { pools } = await ask(agent, request);

    const [pool] = pools;
    expect(pool?.memory.average).toBeGreaterThan(least - 2);
    expect(pool?.memory.average).toBeLessThan(most + 2);
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
      "for (const end = Date.now() + 4000; Date.now() < end; );",
    ]);
    const { pools } = await ask(agent, request);

    const [pool] = pools;
    // Asked about the very time that the function looked at.
    const at = Date.parse(pool?.window?.end ?? "") / 1000;
    const counters = `node_cpu_seconds_total{instance="inst-a-web:9100"}[5m] @ ${at}`;
    const truths = busyShares(await prometheus.query(counters));
    const details = pool?.instances?.details ?? [];
    const cpu = Number(details.find(({ displayName }) => displayName === "inst-a-web")?.cpu);
    expect(Math.max(...truths)).toBeGreaterThan(0);
    expect(Math.min(...truths.map((truth) => Math.abs(cpu - truth)))).toBeLessThan(2);
  });

  it("misses a host that three scrapes did not find, and takes nothing it said before", async () => {
    const victim = exporters.get("b");
    await victim?.kill();
    await prometheus.waitFor(
      `sum_over_time(up{instance="inst-b-web:9100"}[${3 * scrapeSeconds}s]) == 0`,
      (rows) => rows.length > 0,
    );

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

const vector = v.object({
  result: v.array(v.object({ value: v.tuple([v.number(), v.string()]) })),
});

/**
 * Percent busy, by nothing but the difference of the counters' first and last samples; and by the last but one, as
 * the scrape of the last one may not have been over yet when the function asked.
 */
function busyShares(answer: unknown): readonly number[] {
  const { result } = v.parse(rawSamples, answer);
  return [-1, -2].map((last) => {
    let [busy, total] = [0, 0];
    for (const { metric, values } of result) {
      const spent = Number(values.at(last)?.[1]) - Number(values[0]?.[1]);
      total += spent;
      if (metric.mode !== "idle" && metric.mode !== "iowait") busy += spent;
    }
    return (100 * busy) / total;
  });
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

  beforeAll(async () => {
    exporter = await SyntheticExporter.start(newHost(Date.now()));
    const targets = [{ address: exporter.address, labels: labelsOf("a") }];
    prometheus = await PrometheusServer.start({ scrapeConfigs: [{ job: "node", targets }] });
    await prometheus.waitFor("node_memory_MemTotal_bytes", (rows) => rows.length > 0, 90_000);
    const pool = { id: poolId, displayName: "web", compartmentId, instances: [member("a")] };
    emulator = await OciEmulator.start({ tenancy: { pools: [pool] } });
    agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: prometheus.url });
  });

  afterAll(async () => {
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

/**
 * What one scrape shows of a host that began half a minute ago, 45 % busy, of which 10 % stolen: each sample has its
 * time, until some minutes from now, so that it is true and fresh however long the test takes.
 */
function newHost(now: number): string {
  const shares = { user: 0.3, system: 0.05, steal: 0.1, iowait: 0.05, idle: 0.5 };
  const seconds = Array.from({ length: 100 }, (_, index) => 5 * index - 30);
  const series = (name: string, at: (second: number) => string) =>
    seconds.map((second) => `${name} ${at(second)} ${now + 1000 * second}`);
  return [
    ...Object.entries(shares).flatMap(([mode, share]) =>
      series(`node_cpu_seconds_total{cpu="0",mode="${mode}"}`, (second) =>
        (1000 + share * second).toFixed(3),
      ),
    ),
    ...series("node_memory_MemTotal_bytes", () => "1e9"),
    ...series("node_memory_MemAvailable_bytes", () => "2.5e8"),
  ].join("\n");
}

describe("the function on a Prometheus that is not there", () => {
  let emulator: OciEmulator;
  beforeAll(async () => {
    const pool = { id: poolId, displayName: "web", compartmentId, instances: [member("a")] };
    emulator = await OciEmulator.start({ tenancy: { pools: [pool] } });
  });
  afterAll(() => emulator.close());

  it.each([
    ["is down", undefined, /can't be reached: connect ECONNREFUSED/, true],
    [
      "answers HTML",
      { status: 200, contentType: "text/html", body: "<html>" },
      /answered text\/html, not JSON/,
      true,
    ],
    ["has another path", { status: 404, body: "404 page not found" }, /answered 404/, false],
  ])("says that the server %s, and answers the next call", async (_, fault, message, retryable) => {
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
        retryable,
      });
      expect(next.pools[0]?.error).toMatchObject({ retryable });
    } finally {
      await agent.close();
      if (fault !== undefined) await server.close();
    }
  });
});
