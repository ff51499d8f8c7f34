import type { ExporterName } from "../../config/exporters.ts";
import { groupBy } from "../../group-by.ts";
import { once } from "../../once.ts";
import { collectd } from "./collectd.ts";
import {
  type CountingExporter,
  countsTime,
  type Exporter,
  type Gauges,
  idleGauges,
  stateLabelOf,
} from "./exporter.ts";
import { netdata } from "./netdata.ts";
import { freebsd, linux, macos } from "./node.ts";
import { openTelemetry } from "./opentelemetry.ts";
import { windows, windowsBefore030 } from "./windows.ts";

/** Exporters that are asked for the newest samples together, as none of them has another's labels. */
export interface Family {
  readonly counters: readonly string[];
  /** Labels that tell the series of one of its hosts apart. */
  readonly cpuLabels: readonly string[];
  readonly modeLabels: readonly string[];
  readonly extra: readonly string[];
}

const distinct = (names: readonly string[]) => [...new Set(names)];

/** Whether the name of a label has to be quoted, which servers before Prometheus 3 don't take. */
const isDotted = (label: string) => label.includes(".");

/** @param dotted whether the server is known to have labels with dots */
function family(exporters: readonly CountingExporter[], dotted: boolean): Family {
  const labels = (names: readonly string[]) =>
    distinct(names).filter((name) => dotted || !isDotted(name));
  return {
    counters: distinct(exporters.map(({ cpu }) => cpu.name)),
    cpuLabels: labels(exporters.map(({ cpu }) => cpu.cpuLabel)),
    modeLabels: labels(exporters.map(({ cpu }) => cpu.modeLabel)),
    extra: distinct(exporters.flatMap(({ cpu }) => cpu.extra ?? [])),
  };
}

type Named = Readonly<Record<Exclude<ExporterName, "auto">, readonly Exporter[]>>;

/**
 * By their names in a spec. A host that shows the gauges of two is read by the first. What is made of them waits, as
 * this, until it is needed: a function on OCI alone starts without it.
 */
const named = once(
  (): Named => ({
    node: [linux, freebsd, macos],
    windows: [windows, windowsBefore030],
    opentelemetry: openTelemetry(),
    collectd: [collectd],
    netdata: [netdata],
  }),
);

/** Those whose modes have a label of the same name can be asked for together. */
function familiesAmong(
  groups: readonly (readonly Exporter[])[],
  dotted: boolean,
): readonly Family[] {
  const merged: CountingExporter[][] = [];
  for (const group of groups.map((all) => all.filter(countsTime))) {
    if (group.length === 0) continue;
    const labels = new Set(group.map(({ cpu }) => cpu.modeLabel));
    const same = merged.find((all) => all.some(({ cpu }) => labels.has(cpu.modeLabel)));
    if (same === undefined) merged.push([...group]);
    else same.push(...group);
  }
  return merged.map((all) => family(all, dotted));
}

/** What is asked for: the series of these exporters. */
export interface Vocabulary {
  readonly families: readonly Family[];
  /** The metrics of memory. */
  readonly gauges: readonly string[];
  /** None for all that are known. Else each metric is asked for by itself: some servers take no pattern for a name. */
  readonly known: readonly Exporter[];
  /** Whether labels with dots are asked for, too. */
  readonly dotted: boolean;
}

/** The exporters of that name; of `auto`, and of one of the configuration's, none. */
export function exportersNamed(name: string): readonly Exporter[] {
  return Object.entries(named()).find(([one]) => one === name)?.[1] ?? [];
}

/** The gauges that an exporter may show, of memory and of CPU. */
export function gaugesOf(exporter: Exporter): readonly Gauges[] {
  const { memory } = exporter;
  return countsTime(exporter) ? [memory] : [memory, idleGauges(exporter.cpu, "idle")];
}

const metricsOf = ({ total, gauges }: Gauges) => distinct([total, ...gauges].map(metricOf));

/** The series of these exporters by their exact names; where there are none, of all that are known. */
export function vocabularyOf(known: readonly Exporter[], dotted = false): Vocabulary {
  const groups = known.length === 0 ? Object.values(named()) : [known];
  return {
    families: familiesAmong(groups, dotted),
    gauges: distinct(groups.flat().flatMap(gaugesOf).flatMap(metricsOf)),
    known,
    dotted,
  };
}

const exporters = once(() => Object.values(named()).flat());

/** Who shows this host: known by its gauges, else by its CPU's modes, else the usual one. */
export function exporterOf(
  gauges: ReadonlySet<string>,
  modes: ReadonlySet<string>,
  modeLabel: string,
): Exporter {
  const byLabel = exporters()
    .filter(countsTime)
    .filter(({ cpu }) => cpu.modeLabel === modeLabel);
  const byGauges = exporters().filter((one) =>
    gaugesOf(one).some(({ total }) => gauges.has(total)),
  );
  // Of those that have the same gauges, the one that has the label.
  const both = modes.size === 0 ? [] : byGauges.filter((one) => byLabel.some((all) => all === one));
  const known = both.length > 0 ? both : byGauges;
  // A version between two has both names.
  const complete = known.find(({ memory }) => memory.gauges.some((name) => gauges.has(name)));
  const told = ({ cpu }: CountingExporter) => cpu.telltale.filter((mode) => modes.has(mode)).length;
  const [byModes = linux] = [...byLabel].sort((a, b) => told(b) - told(a));
  return complete ?? known[0] ?? byModes;
}

/** The metric of a gauge, without the label that tells its gauges apart. */
export function metricOf(gauge: string): string {
  return gauge.replace(/\{.*$/, "");
}

/** Labels of any exporter's series. */
export const seriesLabels = once(() => {
  const families = familiesAmong(Object.values(named()), true);
  const cpu = distinct(families.flatMap((all) => all.cpuLabels));
  // In the order in which a row is looked through: others' may be labels of the target.
  const mode = distinct(families.flatMap((all) => all.modeLabels));
  const extra = distinct(families.flatMap((all) => all.extra));
  // Of CPU time, those that have to be quoted.
  const dotted: ReadonlySet<string> = new Set([...cpu, ...mode].filter(isDotted));
  return { cpu, mode, extra, dotted };
});

export const totalGauges = once(() =>
  distinct(exporters().map(({ memory }) => metricOf(memory.total))),
);

/**
 * What tells the series of a metric apart, in each exporter's way: the label of its gauges, and others that `up`
 * doesn't have.
 */
export const gaugeLabels = once(() => {
  const waysOf = ({ total, gauges, extra = [] }: Gauges) =>
    [total, ...gauges].map((gauge) => {
      return { metric: metricOf(gauge), stateLabel: stateLabelOf(gauge), extra };
    });
  const all = exporters().flatMap(gaugesOf).flatMap(waysOf);
  const distinctWays = new Map(all.map((one) => [`${one.metric} ${one.stateLabel}`, one]));
  return groupBy([...distinctWays.values()], ({ metric }) => metric);
});
