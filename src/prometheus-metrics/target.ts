import type { QueryAnswer, Series } from "../prometheus/query-api.ts";
import {
  type CountingExporter,
  type CpuCounter,
  countsTime,
  type Exporter,
  type Gauges,
  idleGauges,
} from "./exporters/exporter.ts";
import { exporterOf } from "./exporters/exporters.ts";
import { clockOf } from "./gauge-queries.ts";
import { marks } from "./queries.ts";
import { addRows, type Rows } from "./rows.ts";
import type { Times } from "./sample-times.ts";

/** A host as one job scrapes it, or as it pushes: what the answers show of it, in little room. */
export interface Target {
  /** Those that all of its series share. */
  readonly labels: Readonly<Record<string, string>>;
  readonly exporter: Exporter;
  /** Undefined when no answer has any CPU time of it. */
  readonly cpu: CpuTimes | undefined;
  /** Of CPU, where the exporter has gauges of it; undefined when no answer has any. */
  readonly cpuShares: Shares | undefined;
  readonly memory: Shares;
  readonly scrapes: Scrapes;
}

/** CPU time in seconds. */
export interface CpuTimes {
  /**
   * With its modes' label as it is stored, `exported_mode` where the target has a label `mode`; stolen time is
   * idle where it is to be.
   */
  readonly counter: CpuCounter;
  /** Whether there is any time, not only a newest sample. */
  readonly known: boolean;
  /** Modes that the exporter has, and the server doesn't. */
  readonly missing: readonly string[];
  /** For a first look at a mean one, with the time that passed in each mode; else at each step what the counters are. */
  readonly steps: readonly CpuStep[];
}

export interface CpuStep {
  readonly busy: number;
  /** All modes. */
  readonly all: number;
  /** When the newest sample was (unix seconds), and of how many CPUs; undefined after a failed scrape. */
  readonly stamp: { readonly time: number; readonly cpus: number } | undefined;
}

/** Samples of gauges: those of which both what there is and what is available are known. */
export interface Shares {
  readonly gauges: Gauges;
  readonly times: Times;
  /** Shares (0–1), or what is none. */
  readonly used: readonly number[];
  /** The newest total; of memory in bytes. */
  readonly total: number | undefined;
  /** Of the total, whether or not it is known what is available. */
  readonly totalTimes: Times;
  /** Whether each share is made of the means of the whole window, too. */
  readonly byMeans: boolean;
  /** What to change where shared memory counts as available. */
  readonly hintOnShared?: string | undefined;
}

/** Of the target's own `up`. */
interface Scrapes {
  /** Of the scrapes that succeeded. */
  readonly times: Times;
  /** Of all scrapes; none where there is no `up`, as where hosts push. */
  readonly tries: Times;
  /** Whether the newest failed. */
  readonly failed: boolean;
}

/** Whether stolen time counts as busy. */
export type Steal = "busy" | "idle";

/**
 * The hosts of the answers. Of what has nothing but a successful `up` it isn't known that it is one.
 * @param marksEnds whether NaN is how the server marks that a series has ended, as VictoriaMetrics does
 */
export function readTargets(
  cpu: Pick<QueryAnswer, "series"> | undefined,
  samples: Pick<QueryAnswer, "series"> | undefined,
  steal: Steal,
  marksEnds = false,
): readonly Target[] {
  const hosts = new Map<string, Rows>();
  addRows(hosts, cpu?.series ?? []);
  const all = samples?.series ?? [];
  addRows(hosts, marksEnds ? all.map(withoutMarks) : all);
  return [...hosts.values()]
    .map((rows) => toTarget(rows, steal))
    .filter((target) => isHost(target) || target.scrapes.failed);
}

function withoutMarks(series: Series): Series {
  const { times, values } = series;
  if (!values.some(Number.isNaN)) return series;
  const isSample = (_: number, index: number) => !Number.isNaN(values[index]);
  return { ...series, times: times.filter(isSample), values: values.filter(isSample) };
}

function toTarget(rows: Rows, steal: Steal): Target {
  const { labels, modes, marks: shown, gauges, means } = rows;
  const names = new Set([...gauges.keys(), ...means.keys()]);
  const exporter = exporterOf(names, new Set(modes.keys()), rows.modeLabel);
  const up = gauges.get("up");
  return {
    labels,
    exporter,
    cpu:
      countsTime(exporter) && modes.size + shown.size > 0
        ? readCpu(rows, counterOf(exporter, steal))
        : undefined,
    cpuShares: readCpuShares(rows, exporter, steal),
    memory: readShares(rows, exporter.memory, clockOf(exporter)),
    scrapes: {
      times: up?.times.filter((_, index) => up.values[index] === 1) ?? [],
      tries: up?.times ?? [],
      failed: up?.values.at(-1) === 0,
    },
  };
}

function counterOf({ cpu }: CountingExporter, steal: Steal): CpuCounter {
  return steal === "idle" ? { ...cpu, idle: [...cpu.idle, "steal"] } : cpu;
}

/** What the rows of a host make of its CPU time. */
export function readCpu({ modes, modeLabel, marks: shown }: Rows, cpu: CpuCounter): CpuTimes {
  const stamps = shown.get(marks.stamp);
  const counted = [...modes].filter(([mode]) => !cpu.contained.includes(mode));
  const times = (counted[0]?.[1] ?? stamps)?.times ?? [];
  const steps = times.map((at, step): CpuStep => {
    let [busy, all] = [0, 0];
    for (const [mode, series] of counted) {
      const value = valueAt(series, at, step) ?? Number.NaN;
      const seconds = value / (cpu.unitsPerSecond ?? 1);
      all += seconds;
      if (!cpu.idle.includes(mode)) busy += seconds;
    }
    return { busy, all, stamp: readStamp(valueAt(stamps, at, step), at) };
  });
  const missing = cpu.modes.filter((mode) => !modes.has(mode));
  return { counter: { ...cpu, modeLabel }, known: modes.size > 0, missing, steps };
}

/** Times added up are as many times about now as there are CPUs. */
function readStamp(all: number | undefined, at: number): CpuStep["stamp"] {
  if (all === undefined) return undefined;
  const cpus = Math.round(all / at);
  return { time: all / cpus, cpus };
}

/** Whether it has more than an `up`, which any exporter may have. */
export function isHost({ cpu, cpuShares, memory }: Target): boolean {
  return cpu !== undefined || cpuShares !== undefined || memory.total !== undefined;
}

/** Idle time by its gauges: no newer than the newest sample of its own. */
function readCpuShares(rows: Rows, exporter: Exporter, steal: Steal): Shares | undefined {
  if (countsTime(exporter)) return undefined;
  const shares = readShares(rows, idleGauges(exporter.cpu, steal), clockOf(exporter));
  if (shares.total === undefined) return undefined;
  const newest = shares.byMeans ? (rows.marks.get(marks.stamp)?.values[0] ?? 0) : Infinity;
  const times = shares.times.filter((time) => time <= newest);
  return { ...shares, times, used: shares.used.slice(0, times.length) };
}

/**
 * What the gauges of a host make of what they measure, whether they are samples or averages. The mean of the shares
 * is the same where some gauges are known by their means only.
 * @param clock the gauge that is known sample by sample all the same
 */
export function readShares(
  { gauges, means }: Pick<Rows, "gauges" | "means">,
  shown: Gauges,
  clock = shown.total,
): Shares {
  const timed = gauges.get(means.has(shown.total) ? clock : shown.total);
  const times: number[] = [];
  const used: number[] = [];
  let total: number | undefined;
  let hintOnShared: string | undefined;
  for (const [step, time] of timed?.times.entries() ?? []) {
    const value = (name: string) => means.get(name) ?? valueAt(gauges.get(name), time, step);
    const available = shown.available(value);
    total = shown.size ? shown.size(value) : value(shown.total);
    if (available === undefined || total === undefined) continue;
    hintOnShared = shown.hintOnShared?.(value);
    times.push(time);
    used.push(Number.isFinite(total) ? 1 - available / total : Number.NaN);
  }
  const totalTimes = timed?.times ?? [];
  return { gauges: shown, times, used, total, totalTimes, byMeans: means.size > 0, hintOnShared };
}

/** What a gauge was at a time; nearly always that is the same `step` of all gauges. */
function valueAt(gauge: Series | undefined, time: number, step: number): number | undefined {
  if (gauge === undefined) return undefined;
  const { times, values } = gauge;
  return values[times[step] === time ? step : times.indexOf(time)];
}
