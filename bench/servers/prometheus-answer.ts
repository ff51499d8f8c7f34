import { hostNameOf, loadOf } from "../tenancy.ts";

/** The hosts of pool 0, as node_exporter shows 4 CPUs. */
interface Host {
  readonly instance: string;
  readonly cpu: number;
  readonly memory: number;
}

const cpus = 4;
const totalBytes = 16 * 1024 ** 3;
const windowSeconds = 300;
const scrapeSeconds = 15;
/** A window's, and some before it. */
const samples = 24;

/**
 * What `/api/v1/query` answers to the queries of ours and of the naive way. It knows nothing of
 * PromQL but how to tell these apart, and which hosts their matcher of `instance` selects.
 */
export function answerQuery(query: string, members: number): object {
  const hosts = selectedHosts(query, members);
  const result = rowsOf(query, hosts, Date.now() / 1000);
  return {
    status: "success",
    data: { resultType: query.startsWith("{") ? "matrix" : "vector", result },
  };
}

function rowsOf(query: string, hosts: readonly Host[], now: number): readonly object[] {
  if (query.startsWith("{")) return hosts.flatMap((host) => samplesOf(host, now));
  if (query.startsWith("100 -")) return [naiveRow(hosts, ({ cpu }) => cpu, now)];
  if (query.startsWith("(1 -")) return [naiveRow(hosts, ({ memory }) => memory, now)];
  const clock = { metric: { mode: "(now)" }, value: [now, String(now)] };
  return [clock, ...hosts.flatMap((host) => cpuRows(host, now))];
}

function selectedHosts(query: string, members: number): readonly Host[] {
  const quoted = /instance=~("(?:[^"\\]|\\.)*")/.exec(query)?.[1] ?? '""';
  // Node 20 knows no flags within an expression, as Prometheus does.
  const expression: string = JSON.parse(quoted);
  const matcher = new RegExp(`^(?:${expression.replaceAll("(?i:", "(?:")})$`, "i");
  return Array.from({ length: members }, (_, member) => ({
    instance: `${hostNameOf(0, member)}:9100`,
    ...loadOf(member),
  })).filter(({ instance }) => matcher.test(instance));
}

/** The seconds in eight modes, as every Linux host has them, and when its CPUs were last scraped. */
function cpuRows({ instance, cpu }: Host, now: number): readonly object[] {
  const row = (mode: string, value: number) => ({
    metric: { mode, instance, job: "node" },
    value: [now, String(value)],
  });
  const busy = (cpus * windowSeconds * cpu) / 100;
  const idle = cpus * windowSeconds - busy;
  const shares = { user: 0.7, system: 0.2, nice: 0.05, softirq: 0.03, irq: 0.02, steal: 0 };
  return [
    row("(stamp)", cpus * lastScrape(now)),
    row("idle", idle * 0.9),
    row("iowait", idle * 0.1),
    ...Object.entries(shares).map(([mode, share]) => row(mode, busy * share)),
  ];
}

function samplesOf({ instance, memory }: Host, now: number): readonly object[] {
  const available = Math.round(totalBytes * (1 - memory / 100));
  const series = {
    up: 1,
    node_memory_MemTotal_bytes: totalBytes,
    node_memory_MemAvailable_bytes: available,
  };
  return Object.entries(series).map(([name, value]) => ({
    metric: { __name__: name, instance, job: "node" },
    values: Array.from({ length: samples }, (_, index) => [
      lastScrape(now) - (samples - 1 - index) * scrapeSeconds,
      String(value),
    ]),
  }));
}

function lastScrape(now: number): number {
  return Math.floor(now / scrapeSeconds) * scrapeSeconds;
}

function naiveRow(hosts: readonly Host[], reading: (host: Host) => number, now: number): object {
  const mean = hosts.reduce((sum, host) => sum + reading(host), 0) / hosts.length;
  return { metric: {}, value: [now, String(mean)] };
}
