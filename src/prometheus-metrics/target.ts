import type { MissingReason, Reading } from "../result/reading.ts";
import { overTime } from "../result/statistics.ts";
import {
  busyShare,
  freeWindowsMemory,
  isIdle,
  memoryStepSeconds,
  type QuerySettings,
  shortestRateMinutes,
  totalMemory,
} from "./queries.ts";
import type { QueryAnswer, Series } from "./response.ts";

/** A scraped host: the labels that all of its series share, and what they say. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly cpu: Reading;
  readonly memory: Reading;
  /** The memory that it has, in bytes, as far as it is known. */
  readonly totalMemory: number | undefined;
}

/** The two answers about the same hosts; undefined where a query failed. */
export interface Answers {
  readonly cpu: QueryAnswer | undefined;
  readonly memory: QueryAnswer | undefined;
  /** When they were evaluated, or a little later. */
  readonly at?: Date | undefined;
}

/** Rows of one target, sorted by what they are. */
interface Rows {
  readonly labels: Readonly<Record<string, string>>;
  /** 1 while the last scrape succeeded, else 0; undefined where targets push. */
  up: number | undefined;
  /** Whether the host is seen at the moment of the query, not only in the window before it. */
  present: boolean;
  readonly modes: Map<string, number>;
  readonly gauges: Map<string, Series>;
}

/** The hosts of the answers, each with its readings in percent or the reason that it has none. */
export function readTargets(answers: Answers, settings: QuerySettings): readonly Target[] {
  const targets = new Map<string, Rows>();
  for (const series of answers.cpu?.series ?? []) sortCpuRow(rowsOf(targets, series), series);
  for (const series of answers.memory?.series ?? []) {
    const name = series.labels["__name__"];
    if (name !== undefined) rowsOf(targets, series).gauges.set(name, series);
  }
  // Without the CPU answer only the gauges' newest step tells who is still there.
  const lastStep = Math.max(
    lastStepBefore(answers.at, settings),
    ...[...targets.values()].map(newestPoint),
  );
  return [...targets.values()].filter(isHost).map((rows) => {
    const gone =
      answers.cpu === undefined
        ? newestPoint(rows) < lastStep
          ? ("stale" as const)
          : undefined
        : whyGone(rows);
    return {
      labels: rows.labels,
      cpu: answers.cpu === undefined ? "query_failed" : (gone ?? cpuReading(rows, settings)),
      memory: gone ?? whyNoMemory(rows, answers) ?? memoryReading(rows, settings),
      totalMemory: totalMemoryOf(rows)?.values.at(-1),
    };
  });
}

function rowsOf(targets: Map<string, Rows>, { labels }: Series): Rows {
  const key = targetKey(labels);
  const known = targets.get(key);
  if (known !== undefined) return known;
  const { __name__, mode, ...identity } = labels;
  const rows = {
    labels: identity,
    up: undefined,
    present: false,
    modes: new Map(),
    gauges: new Map(),
  };
  targets.set(key, rows);
  return rows;
}

/** The labels that all series of a target share, with lengths: a value may have any character. */
function targetKey(labels: Series["labels"]): string {
  let key = "";
  for (const name of Object.keys(labels).sort()) {
    if (name === "__name__" || name === "mode") continue;
    const value = labels[name] ?? "";
    key += `${name.length}:${name}${value.length}:${value}`;
  }
  return key;
}

function sortCpuRow(rows: Rows, { labels, values: [value] }: Series): void {
  if (value === undefined) return;
  if (labels["mode"] !== undefined) rows.modes.set(labels["mode"], value);
  else if (labels["__name__"] === "up") rows.up = value;
  else if (totalMemory.includes(labels["__name__"] ?? "")) rows.present = true;
}

/** Other exporters on the same host have an `up`, too; a dead one may have nothing else left. */
function isHost({ modes, gauges, present, up }: Rows): boolean {
  return modes.size > 0 || gauges.size > 0 || present || up === 0;
}

function newestPoint({ gauges }: Rows): number {
  return Math.max(...totalMemory.flatMap((gauge) => gauges.get(gauge)?.times ?? []));
}

/** The step that whoever is there has a point at, or the one before: an answer takes its time. */
function lastStepBefore(at: Date | undefined, settings: QuerySettings): number {
  return at === undefined ? 0 : at.getTime() / 1000 - 2 * memoryStepSeconds(settings);
}

function whyGone({ up, present }: Rows): MissingReason | undefined {
  if (up === 0) return "target_down";
  return up === undefined && !present ? "stale" : undefined;
}

/** Nobody answered, or the host is scraped and shows its memory no longer. */
function whyNoMemory({ gauges, present }: Rows, answers: Answers): MissingReason | undefined {
  if (answers.memory === undefined) return "query_failed";
  if (answers.cpu === undefined || present) return undefined;
  return gauges.size > 0 ? "stale" : "no_data";
}

function cpuReading(rows: Rows, { steal }: QuerySettings): Reading {
  const { modes, present } = rows;
  if (modes.size === 0) return present && !isOldEnough(rows) ? "warming_up" : "no_data";
  const share = modes.get(busyShare);
  if (share !== undefined) return percent(share);
  let total = 0;
  let busy = 0;
  for (const [mode, rate] of modes) {
    total += rate;
    if (!isIdle(mode, steal)) busy += rate;
  }
  return percent(busy / total);
}

/** Whether a host would have a rate by now, did it show its CPU. */
function isOldEnough(rows: Rows): boolean {
  const { times = [] } = totalMemoryOf(rows) ?? {};
  return (times.at(-1) ?? 0) - (times[0] ?? 0) >= 60 * shortestRateMinutes;
}

function totalMemoryOf({ gauges }: Rows): Series | undefined {
  return totalMemory.map((gauge) => gauges.get(gauge)).find((series) => series !== undefined);
}

function memoryReading(rows: Rows, { statistic }: QuerySettings): Reading {
  const { gauges, present } = rows;
  const total = totalMemoryOf(rows);
  if (total === undefined || total.times.length === 0) return present ? "warming_up" : "no_data";
  const shares: number[] = [];
  for (const [step, time] of total.times.entries()) {
    const available = availableMemory((gauge) => valueAt(gauges.get(gauge), time, step));
    const bytes = total.values[step];
    if (available !== undefined && bytes !== undefined) shares.push(1 - available / bytes);
  }
  if (shares.length === 0) return "no_data";
  const finite = shares.filter(Number.isFinite);
  return finite.length === 0 ? "not_a_number" : percent(overTime(statistic, finite));
}

const availableGauges = ["node_memory_MemAvailable_bytes", ...freeWindowsMemory];
const freeableGauges = ["MemFree", "Buffers", "Cached", "Slab"].map(
  (gauge) => `node_memory_${gauge}_bytes`,
);

/** MemAvailable; kernels before 3.14 lack it, and node-mixin then adds up what could be freed. */
function availableMemory(valueAtStep: (gauge: string) => number | undefined): number | undefined {
  for (const gauge of availableGauges) {
    const bytes = valueAtStep(gauge);
    if (bytes !== undefined) return bytes;
  }
  let freeable = 0;
  for (const gauge of freeableGauges) {
    const bytes = valueAtStep(gauge);
    if (bytes === undefined) return undefined;
    freeable += bytes;
  }
  return freeable;
}

/** What a gauge was at a time; nearly always that is the same `step` of all gauges. */
function valueAt(gauge: Series | undefined, time: number, step: number): number | undefined {
  if (gauge === undefined) return undefined;
  const { times, values } = gauge;
  return values[times[step] === time ? step : times.indexOf(time)];
}

/** A share as a percentage; rounding in the server may have pushed it a hair outside. */
function percent(share: number): Reading {
  return Number.isFinite(share) ? Math.min(100, Math.max(0, share * 100)) : "not_a_number";
}
