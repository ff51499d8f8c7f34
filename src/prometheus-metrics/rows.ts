import { once } from "../once.ts";
import type { Series } from "../prometheus/query-api.ts";
import { gaugeOf } from "./exporters/exporter.ts";
import { gaugeLabels, metricOf, seriesLabels } from "./exporters/exporters.ts";
import { gaugeLabel, meanLabel } from "./gauge-queries.ts";
import { marks } from "./queries.ts";

/** The series of one host, by what they show. */
export interface Rows {
  /** The labels that all of them share. */
  readonly labels: Series["labels"];
  /** CPU time. */
  readonly modes: Map<string, Series>;
  /** What the label of the modes is called: `exported_mode` where the target has a label `mode`. */
  modeLabel: string;
  /** What else is known of the CPUs; it has a mark in the place of a mode. */
  readonly marks: Map<string, Series>;
  readonly gauges: Map<string, Series>;
  /** Of the window: gauges that are not known sample by sample. */
  readonly means: Map<string, number>;
}

/** Adds series to the hosts that they are of, by `targetKey`. */
export function addRows(hosts: Map<string, Rows>, all: readonly Series[]): void {
  for (const series of all) {
    const gauge = gaugeIn(series.labels);
    const shown = gauge ?? modeIn(series.labels);
    if (shown === undefined || shown.name === marks.now) continue;
    const key = targetKey(series.labels, shown.own);
    const rows = hosts.get(key) ?? noRows(series.labels, shown.own);
    hosts.set(key, rows);
    if (gauge === undefined) addMode(rows, shown, series);
    else if (series.labels[meanLabel] === undefined) rows.gauges.set(gauge.name, series);
    else rows.means.set(gauge.name, series.values[0] ?? Number.NaN);
  }
}

function addMode(rows: Rows, { name, own: [label] }: Shown, series: Series): void {
  if (name.startsWith("(")) rows.marks.set(name, series);
  else {
    rows.modes.set(name, series);
    rows.modeLabel = label ?? rows.modeLabel;
  }
}

/** @param own labels that tell a row with these labels apart from others of its target */
export function noRows(labels: Series["labels"], own: readonly string[] = []): Rows {
  const shared = Object.entries(labels).filter(([name]) => isShared(name, own));
  return {
    labels: Object.fromEntries(shared),
    modes: new Map(),
    modeLabel: "mode",
    marks: new Map(),
    gauges: new Map(),
    means: new Map(),
  };
}

/**
 * The labels that all series of a target share, with lengths: a value may have any character.
 * @param own tell this row apart from others of its target
 */
export function targetKey(labels: Series["labels"], own: readonly string[] = []): string {
  let key = "";
  for (const name of Object.keys(labels).sort()) {
    if (!isShared(name, own)) continue;
    const value = labels[name] ?? "";
    key += `${name.length}:${name}${value.length}:${value}`;
  }
  return key;
}

/** Labels that no target has for itself; what else tells series apart is known by the row that has it. */
const ofSeries = once((): ReadonlySet<string> => {
  const { cpu, dotted, extra } = seriesLabels();
  const own = ["__name__", gaugeLabel, meanLabel, "mode", "cpu_mode", "system_cpu_state"];
  const all = [...own, ...cpu, ...dotted, ...extra];
  return new Set(all.flatMap((name) => [name, `exported_${name}`]));
});

function isShared(name: string, own: readonly string[]): boolean {
  return !own.includes(name) && !ofSeries().has(name);
}

interface Shown {
  readonly name: string;
  /** Labels that tell the row apart from others of its target; the first of a mode is its own. */
  readonly own: readonly string[];
}

/** The mode of a row of CPU time, by the first label that can tell: others are the target's own. */
function modeIn(labels: Series["labels"]): Shown | undefined {
  for (const label of seriesLabels().mode.flatMap((own) => [`exported_${own}`, own])) {
    const name = labels[label];
    if (name !== undefined) return { name, own: [label] };
  }
  return undefined;
}

/** Which gauge a row is of, by its metric or by what a function has left of that. */
function gaugeIn(labels: Series["labels"]): Shown | undefined {
  const metric = metricOf(labels["__name__"] ?? labels[gaugeLabel] ?? labels[meanLabel] ?? "");
  if (metric === "") return undefined;
  // A target's own label of that name makes Prometheus rename the exporter's.
  const asStored = (label: string) =>
    labels[`exported_${label}`] === undefined ? label : `exported_${label}`;
  const ways = gaugeLabels().get(metric) ?? [];
  const way =
    ways.find(({ stateLabel = "" }) => labels[asStored(stateLabel)] !== undefined) ?? ways[0];
  const { stateLabel, extra = [] } = way ?? {};
  if (stateLabel === undefined) return { name: metric, own: extra.map(asStored) };
  const own = [stateLabel, ...extra].map(asStored);
  return { name: gaugeOf(metric, stateLabel, labels[asStored(stateLabel)] ?? ""), own };
}
