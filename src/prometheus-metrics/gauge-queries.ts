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
  const means = [...metrics].map((metric) => {
    const mean = meanOf(metric, `${seriesOf(metric, selector)}[${seconds}s]`, exporter.memory);
    return labelled(mean, meanLabel, metric);
  });
  if (countsTime(exporter)) return means;
  const { cpu } = exporter;
  const newest = `timestamp(${seriesOf(idleGauges(cpu, "busy").total, selector)})`;
  const own = renamed([cpu.stateLabel, ...(cpu.extra ?? [])]);
  return [...means, marked(`sum without (${own.join(", ")}) (${newest})`, marks.stamp)];
}

/** Infinite where what the host has did not stay the same: the shares are then of several sizes. */
function meanOf(gauge: string, samples: string, { total, size, limit }: Gauges): string {
  const mean = `avg_over_time(${samples})`;
  const isSize = gauge === (size === undefined ? total : limit);
  return isSize ? `${mean} / (max_over_time(${samples}) == bool min_over_time(${samples}))` : mean;
}

/**
 * Gauges over a window that is too long for each sample: their mean, or for other statistics that of
 * each step, of which the largest and smallest are those of the samples where one gauge tells what is available:
 * memory goes from one of several to another, and each may be at its least at another time.
 */
export function gaugesQuery(
  selector: Selector,
  gauges: Gauges,
  others: readonly string[],
  { statistic, seconds, stepSeconds, bySteps = statistic !== "mean" }: GaugesSpan,
): string {
  const { total } = gauges;
  const extreme = { max: "min", min: "max" }[statistic as string];
  const of = (gauge: string) => {
    const samples = `${seriesOf(gauge, selector)}[${bySteps ? stepSeconds : seconds}s]`;
    const isExtreme = extreme !== undefined && gauge !== total && others.length === 1;
    const value = isExtreme ? `${extreme}_over_time(${samples})` : meanOf(gauge, samples, gauges);
    return labelled(value, gaugeLabel, gauge);
  };
  const all = [total, ...others].map(of).join(" or ");
  return bySteps ? `(${all})[${seconds}s:${stepSeconds}s]` : all;
}

export interface GaugesSpan {
  readonly statistic: Statistic;
  readonly seconds: number;
  readonly stepSeconds: number;
  /** Whether a mean is asked for at each step, too. @default as the statistic needs */
  readonly bySteps?: boolean;
}

const labelled = (query: string, label: string, gauge: string) =>
  `label_replace(${query}, "${label}", ${quote(gauge)}, "", "")`;

/** A gauge of these hosts. Where one metric has several gauges, the name has a label in it. */
function seriesOf(gauge: string, selector: Selector): string {
  const label = /\{(.*)\}$/.exec(gauge)?.[1];
  return `{${[named([metricOf(gauge)]), ...(label === undefined ? [] : [label]), selector].join()}}`;
}
