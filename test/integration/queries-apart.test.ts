import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
const cases = serverKinds.flatMap((kind) =>
  ["mean", "max"].flatMap((statistic) => [
    { kind, statistic, which: 1 },
    { kind, statistic, which: 2 },
  ]),
);

// Each waits for as long as the server has it wait.
describe.concurrent("a real server that answers one of two queries seconds later", () => {
  const servers = new Map<string, PrometheusServer>();
  let emulator: OciEmulator;

  beforeAll(async () => {
    const hosts = [host("a", 20, 30), host("b", 60, 50)];
    for (const kind of serverKinds) {
      const server = await PrometheusServer.start({ kind, scrapeConfigs: [] });
      servers.set(kind, server);
      await server.write(hostHistories(hosts, Date.now(), scrapeSeconds));
    }
    emulator = await OciEmulator.start({ tenancy: () => ({ pools: [pool] }) });
  }, firstDownloadMs);
  afterAll(async () => {
    await emulator?.close();
    for (const server of servers.values()) await server.kill();
  });

  it.for(cases)("counts all members: $kind, $statistic, query $which", async (one, test) => {
    const proxy = await FaultProxy.start({ upstream: servers.get(one.kind)?.url ?? "" });
    test.onTestFinished(() => proxy.close());
    const agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: proxy.url });
    test.onTestFinished(() => agent.close());
    let asked = 0;
    const later = refusal(prometheusDialect, 503, { "retry-after": String(laterSeconds) });
    proxy.inject(later, { where: () => ++asked === one.which });

    const { statistic } = one;
    const document = await ask(agent, { instancePoolId: poolId, source: "prometheus", statistic });

    expect(proxy.faults).toBe(1);
    expect(document.pools[0]).toMatchObject({
      status: "ok",
      cpu: { average: expect.closeTo(40, 1), reporting: 2 },
      memory: { average: expect.closeTo(40, 1), reporting: 2 },
      warnings: [],
    });
  });
});
