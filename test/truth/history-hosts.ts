import type { HistoryHost, Moment } from "./history-host.ts";

/** Percent at a moment. */
export type Load = (moment: Moment) => number;

type Life = Partial<Omit<HistoryHost, "counter">>;

const totalBytes = 16e9;

/** Scraped every 15 s for an hour and a half, under the label `instance` of its display name. */
function host(
  counter: string,
  cpu: HistoryHost["modes"],
  memory: HistoryHost["gauges"],
  life: Life,
) {
  return {
    counter,
    modes: cpu,
    gauges: memory,
    targets: [{}],
    comes: "scraped",
    everySeconds: 15,
    newestSecondsAgo: 6,
    sinceSecondsAgo: 5_400,
    ...life,
  } as const satisfies HistoryHost;
}

/** As node_exporter shows a host that is so busy. */
export function linux(cpu: Load | number, memory: Load | number, life: Life = {}): HistoryHost {
  return host("node_cpu_seconds_total", busy(cpu), linuxMemory(memory), life);
}

/** As node_exporter shows a host whose time is spent so. */
export function linuxModes(
  modes: Readonly<Record<string, number>>,
  memory: number,
  life: Life = {},
): HistoryHost {
  return host("node_cpu_seconds_total", () => modes, linuxMemory(memory), life);
}

/** A kernel before 3.14 that is busy reading files: what was free is cache, and free again. */
export function filesCached(cpu: number, memory: number, life: Life = {}): HistoryHost {
  const left = totalBytes * (1 - memory / 100);
  const gauges = ({ clock }: Moment) => {
    const cached = left * (clock % 60 < 30 ? 0.9 : 0.1);
    return {
      node_memory_MemTotal_bytes: totalBytes,
      node_memory_MemFree_bytes: left - cached,
      node_memory_Buffers_bytes: 0,
      node_memory_Cached_bytes: cached,
      node_memory_SReclaimable_bytes: 0,
    };
  };
  return { ...linux(cpu, memory, life), gauges };
}

/** From so many seconds ago on it has eight times the memory, half of which was used until then, and none since. */
export function resized(cpu: number, secondsAgo: number, life: Life = {}): HistoryHost {
  const gauges = ({ ago }: Moment) => ({
    node_memory_MemTotal_bytes: totalBytes * (ago > secondsAgo ? 1 : 8),
    node_memory_MemAvailable_bytes: totalBytes * (ago > secondsAgo ? 0.5 : 8),
  });
  return { ...linux(cpu, 0, { rebootsSecondsAgo: [secondsAgo], ...life }), gauges };
}

/** As windows_exporter shows a host. */
export function windows(cpu: number, memory: number | undefined, life: Life = {}): HistoryHost {
  const share = cpu / 100;
  const modes = {
    user: share - 0.05,
    privileged: 0.05,
    dpc: 0.01,
    interrupt: 0.01,
    idle: 1 - share,
  };
  const gauges = {
    windows_memory_physical_total_bytes: totalBytes,
    windows_memory_physical_free_bytes: totalBytes * (1 - (memory ?? 0) / 100),
  };
  const shown = memory === undefined ? {} : gauges;
  return host(
    "windows_cpu_time_total",
    () => modes,
    () => shown,
    life,
  );
}

/** As netdata shows a host that waits for I/O a tenth of its idle time, and is robbed a tenth of its busy time. */
export function netdata(cpu: Load | number, memory: number, life: Life = {}): HistoryHost {
  const dimensions = (metric: string, chart: string, values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(
      ([dimension, value]) =>
        [`${metric}{chart="${chart}",family="x",dimension="${dimension}"}`, value] as const,
    );
  const total = totalBytes / 2 ** 20;
  const left = total * (1 - memory / 100);
  const gauges = (moment: Moment) => {
    const busy = typeof cpu === "number" ? cpu : cpu(moment);
    const idle = 100 - busy;
    const modes = { user: 0.9 * busy, steal: 0.1 * busy, iowait: 0.1 * idle, idle: 0.9 * idle };
    const ram = { free: left - 500, used: total - left - 500, cached: 800, buffers: 200 };
    return Object.fromEntries([
      ...dimensions("netdata_system_cpu_percentage_average", "system.cpu", modes),
      ...dimensions("netdata_system_ram_MiB_average", "system.ram", ram),
      ...dimensions("netdata_mem_available_MiB_average", "mem.available", { avail: left }),
    ]);
  };
  return host("", () => ({}), gauges, life);
}

/** What OpenTelemetry's metrics and labels are called. */
export interface OpenTelemetryNames {
  readonly counter: string;
  readonly labels: readonly [cpu: string, mode: string];
  readonly gauge: string;
  readonly state: string;
}

/** As OpenTelemetry shows a host. */
export function openTelemetry(
  { counter, labels, gauge, state }: OpenTelemetryNames,
  cpu: number,
  memory: number,
): HistoryHost {
  const modes = { user: cpu / 100, idle: 1 - cpu / 100, system: 0, nice: 0, interrupt: 0 };
  // The Collector knows more than Node does.
  const more = state === "state" ? { softirq: 0, steal: 0, wait: 0 } : {};
  const used = totalBytes * (memory / 100);
  const gauges = {
    [`${gauge}{${state}="used"}`]: used,
    [`${gauge}{${state}="free"}`]: totalBytes - used,
  };
  const shown = host(
    counter,
    () => ({ ...modes, ...more }),
    () => gauges,
    { comes: "pushed" },
  );
  return { ...shown, counterLabels: labels };
}

/** As OpenTelemetry's Collector shows a host of Linux: shares of its memory, and metrics that are off by default. */
export function linuxCollector(
  cpu: number,
  states: Readonly<Record<string, number>>,
  more: Partial<Record<"memory_limit" | "linux_memory_available", number>> = {},
): HistoryHost {
  const bytes = (of: object, name: (key: string) => string) =>
    Object.entries(of).map(([key, percent]) => [name(key), (totalBytes * percent) / 100] as const);
  const gauges = Object.fromEntries([
    ...bytes(states, (state) => `system_memory_usage_bytes{state="${state}"}`),
    ...bytes(more, (metric) => `system_${metric}_bytes`),
  ]);
  const names = {
    counter: "system_cpu_time_seconds_total",
    labels: ["cpu", "state"],
    gauge: "system_memory_usage_bytes",
    state: "state",
  } as const;
  return { ...openTelemetry(names, cpu, 0), gauges: () => gauges };
}

/** As node_exporter shows a host of FreeBSD, where all modes are disjoint. */
export function freeBsd(modes: Readonly<Record<string, number>>, memory: number): HistoryHost {
  const shares = { free: 0.6, inactive: 0.3, laundry: 0.1 };
  return otherUnix(modes, memory, "size", shares);
}

/** As node_exporter shows a Mac. */
export function macOs(modes: Readonly<Record<string, number>>, memory: number): HistoryHost {
  const shares = { free: 0.5, inactive: 0.4, purgeable: 0.1 };
  return otherUnix(modes, memory, "total", shares);
}

function otherUnix(
  modes: Readonly<Record<string, number>>,
  memory: number,
  total: string,
  available: Readonly<Record<string, number>>,
): HistoryHost {
  const left = totalBytes * (1 - memory / 100);
  const bytes = {
    [total]: totalBytes,
    active: (totalBytes - left) * 0.7,
    wired: (totalBytes - left) * 0.3,
    ...Object.fromEntries(Object.entries(available).map(([name, share]) => [name, left * share])),
  };
  const gauges = Object.fromEntries(
    Object.entries(bytes).map(([name, value]) => [`node_memory_${name}_bytes`, value]),
  );
  return host(
    "node_cpu_seconds_total",
    () => modes,
    () => gauges,
    {},
  );
}

function busy(load: Load | number): HistoryHost["modes"] {
  return (moment) => {
    const share = (typeof load === "number" ? load : load(moment)) / 100;
    const idle = 1 - share;
    return {
      user: share * 0.7,
      nice: share * 0.05,
      system: share * 0.2,
      irq: 0,
      softirq: share * 0.05,
      steal: 0,
      iowait: idle * 0.1,
      idle: idle * 0.9,
    };
  };
}

function linuxMemory(load: Load | number): HistoryHost["gauges"] {
  return (moment) => {
    const used = (typeof load === "number" ? load : load(moment)) / 100;
    return {
      node_memory_MemTotal_bytes: totalBytes,
      node_memory_MemAvailable_bytes: totalBytes * (1 - used),
      node_memory_MemFree_bytes: totalBytes * (1 - used) * 0.5,
      node_memory_Active_bytes: totalBytes * used * 0.6,
    };
  };
}

/** `high` for the first so many seconds of each period, in step with the clock; else `low`. */
export function bursts(high: number, low: number, forSeconds: number, ofEach: number): Load {
  return ({ clock }) => (clock % ofEach < forSeconds ? high : low);
}

/** `high` between two ages, else `low`. */
export function once(high: number, low: number, from: number, to: number): Load {
  return ({ ago }) => (ago <= from && ago > to ? high : low);
}

/** From one load to another between two ages, evenly. */
export function ramp(first: number, last: number, from: number, to: number): Load {
  return ({ ago }) => {
    const passed = Math.min(1, Math.max(0, (from - ago) / (from - to)));
    return first + (last - first) * passed;
  };
}
