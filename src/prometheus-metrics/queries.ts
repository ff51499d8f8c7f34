import type { Statistic } from "../result/statistics.ts";
import { quantileOf } from "../result/statistics.ts";

/** Which series belong to the pool: the inside of a PromQL selector's braces. */
export type Selector = string;

/** What a query asks: over how long, as which statistic, and whether stolen time is idle time. */
export interface QuerySettings {
  readonly windowMinutes: number;
  /** How many hosts an answer is about, about. */
  readonly hosts: number;
  readonly statistic: Statistic;
  readonly steal: "busy" | "idle";
}

/**
 * The share of all CPU modes, not `1 - idle`: rate() divides by the whole window even when a
 * host's samples fill only a part of it, so `1 - idle` reads near 100 % for a new host and climbs
 * for a dead one. As a ratio, the window cancels out. Waiting for I/O is idle, as in Linux itself.
 */
const idleModes = { busy: "idle|iowait", idle: "idle|iowait|steal" } as const;

/** A rate needs two samples, and hosts are scraped every 60 s at the least often. */
export const shortestRateMinutes = 2;

/** The mode that marks a row as the busy share, of all modes, that the server worked out. */
export const busyShare = "busy_share";

/**
 * The gauges of memory that every host has, and so the sign of one: of node_exporter, and of
 * windows_exporter since and before 0.31.
 */
export const totalMemory = [
  "node_memory_MemTotal_bytes",
  "windows_memory_physical_total_bytes",
  "windows_cs_physical_memory_bytes",
];

/** What is free on Windows; it is what Linux calls available. */
export const freeWindowsMemory = [
  "windows_memory_physical_free_bytes",
  "windows_os_physical_memory_free_bytes",
];

// Written out: Prometheus looks up plain alternatives, and tries any other pattern on every name.
const linuxMemory = ["MemAvailable", "MemFree", "Buffers", "Cached", "Slab"].map(
  (gauge) => `node_memory_${gauge}_bytes`,
);
// On Windows, privileged time already holds that of deferred procedure calls and interrupts.
const cpuCounters =
  '__name__=~"node_cpu_seconds_total|windows_cpu_time_total",mode!~"dpc|interrupt"';

/**
 * CPU: for the mean, one row per host and mode, the rates over the window, of which the client
 * makes the ratio (one pass over the samples, where PromQL would need two). For the other
 * statistics, one row per host: the statistic over the ratio at each step.
 *
 * Beside them, what each target is now: `up`, because rate() goes on answering for a dead target
 * until the window has passed, and a gauge, which tells a new host from one that isn't there.
 */
export function cpuQuery(selector: Selector, settings: QuerySettings): string {
  const { windowMinutes, statistic, steal } = settings;
  const now = `{__name__=~"up|${totalMemory.join("|")}",${selector}}`;
  if (statistic === "mean") {
    return `sum without (cpu, core) (rate({${cpuCounters},${selector}}[${windowMinutes}m])) or ${now}`;
  }
  const step = stepSeconds(windowMinutes);
  // As long as the steps are apart, so that no time between them is left out.
  const rateSeconds = Math.max(60 * shortestRateMinutes, step);
  const rates = (matchers: string) =>
    `sum without (cpu, core, mode) (rate({${cpuCounters},${matchers}}[${rateSeconds}s]))`;
  const ratio = `${rates(`${selector},mode!~"${idleModes[steal]}"`)} / ${rates(selector)}`;
  // The first rate begins where the window does; the shortest window is a single rate.
  const range = 60 * windowMinutes - rateSeconds;
  const overWindow = range < step ? ratio : overTime(statistic, `(${ratio})[${range}s:${step}s]`);
  return `label_replace(${overWindow}, "mode", "${busyShare}", "", "") or ${now}`;
}

/** Memory: the gauges at each step of the window, from which the client makes the share used. */
export function memoryQuery(selector: Selector, settings: QuerySettings): string {
  const gauges = [...totalMemory, ...linuxMemory, ...freeWindowsMemory].join("|");
  const step = memoryStepSeconds(settings);
  return `{__name__=~"${gauges}",${selector}}[${settings.windowMinutes}m:${step}s]`;
}

/** The values of a label among all hosts that the server knows. */
export function labelValuesQuery(label: string): string {
  return `topk(5, count by (${label}) ({__name__=~"${totalMemory.join("|")}"}))`;
}

/** Whether a CPU mode is time in which the host could have done something. */
export function isIdle(mode: string, steal: QuerySettings["steal"]): boolean {
  return idleModes[steal].split("|").includes(mode);
}

/** `label="value"`. */
export function equals(label: string, value: string): Selector {
  return `${label}=${quote(value)}`;
}

/** `label=~"a|b"`: one of the values, to the letter. */
export function oneOf(label: string, values: readonly string[]): Selector {
  return `${label}=~${quote(values.map(escapeRegex).join("|"))}`;
}

/** One of the hosts, with or without a domain and a port behind its name. */
export function oneOfHosts(label: string, hosts: readonly string[]): Selector {
  return `${label}=~${quote(`${alternatives(hosts)}(?:\\.[^:]+)?(?::[0-9]+)?`)}`;
}

/** One of the addresses, with or without a port, and IPv6 with or without brackets. */
export function oneOfAddresses(label: string, addresses: readonly string[]): Selector {
  const spellings = addresses.flatMap((ip) => (ip.includes(":") ? [`[${ip}]`, ip] : [ip]));
  return `${label}=~${quote(`(?:${spellings.map(escapeRegex).join("|")})(?::[0-9]+)?`)}`;
}

/** What the names share is written once: the members of a pool are named after it. */
function alternatives(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (others.length === 0) return `(?:${escapeRegex(first)})`;
  const shortest = Math.min(...names.map((name) => name.length));
  const start = sharedLength(names, shortest, (name, index) => name[index]);
  const end = sharedLength(names, shortest - start, (name, index) => name.at(-1 - index));
  const middles = names.map((name) => escapeRegex(name.slice(start, name.length - end)));
  const [prefix, suffix] = [first.slice(0, start), first.slice(first.length - end)];
  return `${escapeRegex(prefix)}(?:${middles.join("|")})${escapeRegex(suffix)}`;
}

/** How many characters all names have in common; ASCII only, so that no character is cut in two. */
function sharedLength(
  names: readonly string[],
  most: number,
  at: (name: string, index: number) => string | undefined,
): number {
  let length = 0;
  for (; length < most; length++) {
    const character = at(names[0] ?? "", length) ?? "";
    const shared = character <= "~" && names.every((name) => at(name, length) === character);
    if (!shared) break;
  }
  return length;
}

function overTime(statistic: Exclude<Statistic, "mean">, range: string): string {
  if (statistic === "max" || statistic === "min") return `${statistic}_over_time(${range})`;
  return `quantile_over_time(${quantileOf(statistic)}, ${range})`;
}

/**
 * A subquery's step: half a minute, or as long as makes 60 points of the window. Steps lie on
 * multiples of themselves, so a new host has no point yet for up to one step.
 */
function stepSeconds(windowMinutes: number): number {
  return Math.max(30, windowMinutes);
}

/** Of a Linux host, six gauges come at each step; in all, an answer is to have some megabytes. */
const mostHostSteps = 30_000;

/** The step of memory: longer where an answer is about more hosts than a query names. */
export function memoryStepSeconds({ windowMinutes, hosts }: QuerySettings): number {
  return Math.max(
    stepSeconds(windowMinutes),
    Math.ceil((60 * windowMinutes * hosts) / mostHostSteps),
  );
}

/** A name comes from whoever named the machine, so it could hold anything. */
function quote(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}

/** Only RE2's metacharacters: an unescaped literal keeps Prometheus' fast path for alternatives. */
function escapeRegex(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
