import { hostNameOf, loadOf } from "../tenancy.ts";

/** The hosts of pool 0, as node_exporter shows 4 CPUs. */
interface Host {
  readonly instance: string;
  readonly cpu: number;
  readonly memory: number;
}

const cpus = 4;
const totalBytes = 16 * 1024 ** 3;
const evaluatedAt = 1_795_465_525.746;
const stepSeconds = 30;

/**
 * What `/api/v1/query` answers to the queries of ours and of the naive way. It knows nothing of
 * PromQL but how to tell these apart, and which hosts their matcher of `instance` selects.
 */
export function answerQuery(query: string, members: number): object {
  const hosts = selectedHosts(query, members);
  const result = rowsOf(query, hosts);
  return {
    status: "success",
    data: { resultType: query.startsWith("{") ? "matrix" : "vector", result },
  };
}

function rowsOf(query: string, hosts: readonly Host[]): readonly object[] {
  if (query.startsWith("{")) return hosts.flatMap(gaugeRanges);
  if (query.startsWith("100 -")) return [naiveRow(hosts, ({ cpu }) => cpu)];
  if (query.startsWith("(1 -")) return [naiveRow(hosts, ({ memory }) => memory)];
  return hosts.flatMap(cpuRows);
}

function selectedHosts(query: string, members: number): readonly Host[] {
  const quoted = /instance=~("(?:[^"\\]|\\.)*")/.exec(query)?.[1] ?? '""';
  const matcher = new RegExp(`^(?:${JSON.parse(quoted)})$`);
  return Array.from({ length: members }, (_, member) => ({
    instance: `${hostNameOf(0, member)}:9100`,
    ...loadOf(member),
  })).filter(({ instance }) => matcher.test(instance));
}

/** Eight modes, as every Linux host has them, and what the target is now. */
function cpuRows({ instance, cpu }: Host): readonly object[] {
  const row = (labels: object, value: number) => ({
    metric: { ...labels, instance, job: "node" },
    value: [evaluatedAt, String(value)],
  });
  const busy = (cpus * cpu) / 100;
  const shares = { user: 0.7, system: 0.2, nice: 0.05, softirq: 0.03, irq: 0.02, steal: 0 };
  return [
    row({ __name__: "up" }, 1),
    row({ __name__: "node_memory_MemTotal_bytes" }, totalBytes),
    row({ mode: "idle" }, (cpus - busy) * 0.9),
    row({ mode: "iowait" }, (cpus - busy) * 0.1),
    ...Object.entries(shares).map(([mode, share]) => row({ mode }, busy * share)),
  ];
}

function gaugeRanges({ instance, memory }: Host): readonly object[] {
  const available = totalBytes * (1 - memory / 100);
  const gauges = {
    MemTotal: totalBytes,
    MemAvailable: available,
    MemFree: available * 0.6,
    Buffers: available * 0.1,
    Cached: available * 0.25,
    Slab: available * 0.05,
  };
  const points = 11;
  return Object.entries(gauges).map(([gauge, value]) => ({
    metric: { __name__: `node_memory_${gauge}_bytes`, instance, job: "node" },
    values: Array.from({ length: points }, (_, index) => [
      Math.floor(evaluatedAt / stepSeconds) * stepSeconds - (points - 1 - index) * stepSeconds,
      String(Math.round(value)),
    ]),
  }));
}

function naiveRow(hosts: readonly Host[], reading: (host: Host) => number): object {
  const mean = hosts.reduce((sum, host) => sum + reading(host), 0) / hosts.length;
  return { metric: {}, value: [evaluatedAt, String(mean)] };
}
