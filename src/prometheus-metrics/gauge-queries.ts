import type { Statistic } from "../config/pool-spec.ts";
import { countsTime, type Exporter, type Gauges, idleGauges } from "./exporters/exporter.ts";
import { gaugesOf, metricOf, type Vocabulary } from "./exporters/exporters.ts";
import { marked, marks, named, ofMetrics, renamed } from "./queries.ts";
import { quote, type Selector } from "./selectors.ts";

/** Where a row says what it is of; no target has such labels. Functions take the name away, but not all of VictoriaMetrics' do. */
export const gaugeLabel = "__gauge__";
/** As well, where it is the mean of the window. */
export const meanLabel = "__mean__";

/**
 * Gauges, and the scrapes themselves: each sample. Ranges can't be joined by `or`.
 * @param byMeans whose other gauges are asked for by `meansQueries`
 */
export function samplesQueries(
  selector: Selector,
  seconds: number,
  vocabulary: Vocabulary,
  byMeans?: Exporter,
): readonly string[] {
  const names = byMeans === undefined ? ["up", ...vocabulary.gauges] : [metricOf(clockOf(byMeans))];
  return ofMetrics(names, vocabulary, (matcher) => `{${matcher},${selector}}[${seconds}s]`);
}

/** Of an exporter's gauges the one that is asked for sample by sample: it tells when they were. */
export const clockOf = ({ memory }: Exporter) => memory.gauges[0] ?? memory.total;

/** The means of an exporter's gauges but that one, and where they are its CPU, when the newest of that was. */
export function meansQueries(
  exporter: Exporter,
  selector: Selector,
  seconds: number,
): readonly string[] {
  const metrics = new Set(
    gaugesOf(exporter).flatMap(({ total, gauges }) => [total, ...gauges].map(metricOf)),
  );
  metrics.delete(metricOf(clockOf(exporter)));
  const means = [...metrics].map((metric) =>
    labelled(`avg_over_time(${seriesOf(metric, selector)}[${seconds}s])`, meanLabel, metric),
  );
  if (countsTime(exporter)) return means;
  const { cpu } = exporter;
  const newest = `timestamp(${seriesOf(idleGauges(cpu, "busy").total, selector)})`;
  const own = renamed([cpu.stateLabel, ...(cpu.extra ?? [])]);
  return [...means, marked(`sum without (${own.join(", ")}) (${newest})`, marks.stamp)];
}

/**
 * Gauges over a window that is too long for each sample: their mean, or for other statistics that of
 * each step, of which the largest and smallest are those of the samples where one gauge tells what is available:
 * memory goes from one of several to another, and each may be at its least at another time.
 */
export function gaugesQuery(
  selector: Selector,
  { total }: Gauges,
  others: readonly string[],
  { statistic, seconds, stepSeconds }: GaugesSpan,
): string {
  const over = statistic === "mean" ? seconds : stepSeconds;
  const of = (gauge: string) => {
    const extreme = { max: "min", min: "max" }[statistic as string] ?? "avg";
    const aggregate = gauge === total || others.length > 1 ? "avg" : extreme;
    const query = `${aggregate}_over_time(${seriesOf(gauge, selector)}[${over}s])`;
    return labelled(query, gaugeLabel, gauge);
  };
  const all = [total, ...others].map(of).join(" or ");
  return statistic === "mean" ? all : `(${all})[${seconds}s:${stepSeconds}s]`;
}

export interface GaugesSpan {
  readonly statistic: Statistic;
  readonly seconds: number;
  readonly stepSeconds: number;
}

const labelled = (query: string, label: string, gauge: string) =>
  `label_replace(${query}, "${label}", ${quote(gauge)}, "", "")`;

/** A gauge of these hosts. Where one metric has several gauges, the name has a label in it. */
function seriesOf(gauge: string, selector: Selector): string {
  const label = /\{(.*)\}$/.exec(gauge)?.[1];
  return `{${[named([metricOf(gauge)]), ...(label === undefined ? [] : [label]), selector].join()}}`;
}
