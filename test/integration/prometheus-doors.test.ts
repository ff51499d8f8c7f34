import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { hostHistories } from "../support/host-history.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer } from "../support/prometheus.ts";
import { type ReadOnlyProxy, startReadOnlyProxy } from "../support/read-only-proxy.ts";

const firstDownloadMs = 300_000;
const smallPoolId = `${poolId}small`;

/** Names that have nothing in common, so that a query of them is long. */
const names = Array.from({ length: 120 }, (_, index) => {
  const unlike = String.fromCharCode(97 + (index % 26));
  return `${unlike}${index}-${unlike.repeat(70)}${index}`;
});
const instances = names.map((displayName, index) => ({
  id: instanceId(`n${index}`),
  displayName,
  state: "Running",
}));
const pools = [
  { id: poolId, displayName: "web", compartmentId, instances },
  { id: smallPoolId, displayName: "small", compartmentId, instances: instances.slice(0, 2) },
];

describe("a real Prometheus behind an nginx that lets through readers only", () => {
  let prometheus: PrometheusServer;
  let proxy: ReadOnlyProxy;
  let emulator: OciEmulator;
  let agent: FnAgent;

  beforeAll(async () => {
    prometheus = await PrometheusServer.start({ scrapeConfigs: [] });
    const hosts = names.map((name, index) => ({
      labels: { instance: `${name}:9100`, job: "node" },
      cpu: index < 60 ? 20 : 60,
      memory: 30,
    }));
    await prometheus.write(hostHistories(hosts, Date.now()));
    proxy = await startReadOnlyProxy(prometheus.url);
    emulator = await OciEmulator.start({ tenancy: () => ({ pools }) });
    agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: proxy.url });
  }, firstDownloadMs);
  afterAll(async () => {
    await agent?.close();
    await proxy?.close();
    await emulator?.close();
    await prometheus?.kill();
  });

  it("is asked by GET, in as many queries as fit a URL, and gives the whole pool", async () => {
    const [pool] = (await ask(agent, { instancePoolId: poolId, source: "prometheus" })).pools;

    expect(pool).toMatchObject({
      status: "ok",
      cpu: { average: expect.closeTo(40, 1), reporting: 120 },
      memory: { average: expect.closeTo(30, 1), reporting: 120 },
    });
    const requests = (await proxy.requests()).map((line) => line.split(" "));
    const statuses = requests.map(([method, status]) => `${method} ${status}`);
    expect(new Set(statuses)).toEqual(new Set(["POST 403", "GET 200"]));
    expect(statuses.filter((line) => line === "GET 200").length).toBeGreaterThan(2);
  });

  it("is never asked by POST again", async () => {
    const before = (await proxy.requests()).length;

    const request = { instancePoolId: smallPoolId, source: "prometheus" };
    const [pool] = (await ask(agent, request)).pools;

    expect(pool).toMatchObject({ status: "ok", cpu: { average: expect.closeTo(20, 1) } });
    const requests = (await proxy.requests()).slice(before);
    expect(requests.filter((line) => !line.startsWith("GET 200"))).toEqual([]);
  });
});

describe.each([
  ["prometheus", "cluster"],
  ["prometheus-testing", "k8s.cluster"],
  ["victoria-metrics", "cluster"],
] as const)("a real %s that is shared by two clusters", (kind, label) => {
  let server: PrometheusServer;
  let emulator: OciEmulator;
  let agent: FnAgent | undefined;

  beforeAll(async () => {
    server = await PrometheusServer.start({ kind, scrapeConfigs: [] });
    const host = (name: string, cluster: string, cpu: number) => ({
      labels: { instance: `${name}:9100`, [label]: cluster },
      cpu,
      memory: cpu / 2,
    });
    const hosts = names
      .slice(0, 2)
      .flatMap((name) => [host(name, "prod", 80), host(name, 'te"st', 10)]);
    await server.write(hostHistories(hosts, Date.now()));
    emulator = await OciEmulator.start({ tenancy: () => ({ pools }) });
  }, firstDownloadMs);
  afterEach(() => agent?.close());
  afterAll(async () => {
    await emulator?.close();
    await server?.kill();
  });

  it("tells the members of one by a further label, and of neither without it", async () => {
    agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: server.url });
    const fn = agent;
    const measure = async (prometheus: object) => {
      const request = { instancePoolId: smallPoolId, source: "prometheus", prometheus };
      return (await ask(fn, request)).pools[0];
    };

    expect(await measure({ matchers: { [label]: "prod" } })).toMatchObject({
      status: "ok",
      cpu: { average: expect.closeTo(80, 1) },
      memory: { average: expect.closeTo(40, 1) },
    });
    expect(await measure({ matchers: { [label]: 'te"st' } })).toMatchObject({
      status: "ok",
      cpu: { average: expect.closeTo(10, 1) },
    });
    expect(await measure({ matchers: { [label]: "other" } })).toMatchObject({
      status: "failed",
      cpu: { average: null },
      error: { code: "NO_DATA" },
    });
    expect(await measure({})).toMatchObject({ status: "failed", cpu: { average: null } });
  });
});
