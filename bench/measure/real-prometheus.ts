import { setTimeout as delay } from "node:timers/promises";
import { PrometheusServer } from "../../test/support/prometheus.ts";
import { SyntheticExporter } from "../../test/support/synthetic-exporter.ts";
import { loadOnePool, type Site, withFunction } from "../site.ts";
import { compartmentId, hostNameOf, loadOf, poolIdOf } from "../tenancy.ts";
import { concurrency } from "./curves.ts";

/** Times against a real Prometheus server without a round trip, in ms, one value for each turn. */
export interface RealPrometheus {
  readonly ours: readonly number[];
  readonly concurrent: readonly number[];
  readonly sequential: readonly number[];
}

export const hosts = 100;
const cpus = 8;
const turns = 7;
/** As many samples, a second apart, as five minutes of a scrape every 15 seconds hold. */
const samples = 20;
/** Prometheus begins to scrape up to 6 s after its start. */
const startMs = 7_000;

/** A hundred hosts of 8 CPUs, scraped for real. @throws Error when there is no Prometheus to be had */
export async function measureRealPrometheus(site: Site): Promise<RealPrometheus> {
  await loadOnePool(site, hosts, 0);
  const exporter = await SyntheticExporter.start(exposition(0));
  const startedAt = performance.now();
  const secondsPassed = () => (performance.now() - startedAt) / 1000;
  const timer = setInterval(() => exporter.setMetrics(exposition(secondsPassed())), 500);
  try {
    const targets = Array.from({ length: hosts }, (_, member) => ({
      address: exporter.address,
      labels: { instance: `${hostNameOf(0, member)}:9100` },
    }));
    const server = await PrometheusServer.start({ scrapeConfigs: [{ job: "node", targets }] });
    try {
      await delay(startMs + samples * 1000);
      return await measureBoth(site, server.url);
    } finally {
      await server.kill();
    }
  } finally {
    clearInterval(timer);
    await exporter.kill();
  }
}

function measureBoth(site: Site, prometheusUrl: string): Promise<RealPrometheus> {
  const request = { instancePoolId: poolIdOf(0), source: "prometheus" } as const;
  const environment = { ...site.environment, PROMETHEUS_URL: prometheusUrl };
  return withFunction({ ...site, environment }, async (fn) => {
    const measured = {
      ours: [] as number[],
      concurrent: [] as number[],
      sequential: [] as number[],
    };
    const naiveMs = async (atOnce: number) => {
      const naive = { ...request, compartmentId, concurrency: atOnce, prometheusUrl };
      const { listMs, queryMs } = await site.naive.ask("measure", naive);
      return listMs + queryMs;
    };
    const { document } = await fn.ask(request);
    if (document.pools[0]?.cpu.reporting !== hosts) throw new Error(JSON.stringify(document));
    for (let turn = 0; turn < turns; turn++) {
      measured.ours.push((await fn.ask(request)).ms);
      measured.concurrent.push(await naiveMs(concurrency));
      measured.sequential.push(await naiveMs(1));
    }
    return measured;
  });
}

/** What a host exposes after so many seconds; all hosts do the same. */
function exposition(seconds: number): string {
  const { cpu, memory } = loadOf(0);
  const busy = cpu / 100;
  const shares = {
    idle: 1 - busy,
    iowait: 0,
    user: busy,
    system: 0,
    nice: 0,
    softirq: 0,
    irq: 0,
    steal: 0,
  };
  const counters = Array.from({ length: cpus }, (_, index) =>
    Object.entries(shares).map(
      ([mode, share]) =>
        `node_cpu_seconds_total{cpu="${index}",mode="${mode}"} ${(share * seconds).toFixed(2)}`,
    ),
  ).flat();
  const total = 16 * 1024 ** 3;
  const available = total * (1 - memory / 100);
  const gauges = {
    MemTotal: total,
    MemAvailable: available,
    MemFree: available / 2,
    Buffers: 1e8,
    Cached: 1e9,
    Slab: 1e8,
  };
  const lines = Object.entries(gauges).map(
    ([gauge, bytes]) => `node_memory_${gauge}_bytes ${bytes}`,
  );
  return [...counters, ...lines].join("\n");
}
