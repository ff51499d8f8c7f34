import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import { refusal } from "../support/faults.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { hostHistories } from "../support/host-history.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer, serverKinds } from "../support/prometheus.ts";
import { prometheusDialect } from "../support/source-dialects.ts";

const firstDownloadMs = 300_000;
const scrapeSeconds = 2;
/** A host is gone after two and a half scrapes without a sample. */
const laterSeconds = 4 * scrapeSeconds;

const instances = ["a", "b"].map((unique) => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state: "Running",
}));
const pool = { id: poolId, displayName: "web", compartmentId, instances };
const host = (unique: string, cpu: number, memory: number) => ({
  labels: { instance: `inst-${unique}-web` },
  cpu,
  memory,
});

describe.each(serverKinds)("a real %s that answers one of two queries seconds later", (kind) => {
  let server: PrometheusServer;
  let proxy: FaultProxy;
  let emulator: OciEmulator;
  let agent: FnAgent;

  beforeAll(async () => {
    server = await PrometheusServer.start({ kind, scrapeConfigs: [] });
    const hosts = [host("a", 20, 30), host("b", 60, 50)];
    await server.write(hostHistories(hosts, Date.now(), scrapeSeconds));
    proxy = await FaultProxy.start({ upstream: server.url });
    emulator = await OciEmulator.start({ tenancy: () => ({ pools: [pool] }) });
    agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: proxy.url });
  }, firstDownloadMs);
  afterAll(async () => {
    await agent?.close();
    await emulator?.close();
    await proxy?.close();
    await server?.kill();
  });

  it.each([
    ["mean", "first", 1],
    ["mean", "second", 2],
    ["max", "first", 1],
    ["max", "second", 2],
  ])("counts all members: %s, the %s query", async (statistic, _, which) => {
    let asked = 0;
    const later = refusal(prometheusDialect, 503, { "retry-after": String(laterSeconds) });
    proxy.inject(later, { where: () => ++asked === which });

    const document = await ask(agent, { instancePoolId: poolId, source: "prometheus", statistic });

    expect(proxy.faults).toBeGreaterThan(0);
    expect(document.pools[0]).toMatchObject({
      status: "ok",
      cpu: { average: expect.closeTo(40, 1), reporting: 2 },
      memory: { average: expect.closeTo(40, 1), reporting: 2 },
      warnings: [],
    });
  });
});
