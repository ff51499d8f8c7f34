import type { QueryAnswer, Series } from "../prometheus/query-api.ts";
import type { Exporter } from "./exporters/exporter.ts";
import { seriesLabels, type Vocabulary, vocabularyOf } from "./exporters/exporters.ts";
import { meansQueries, samplesQueries } from "./gauge-queries.ts";
import type { Inquiry } from "./inquiry.ts";
import { cpuQuery, cpuStepsQuery, marks } from "./queries.ts";
import type { Selector } from "./selectors.ts";
import { readTargets, type Steal, type Target } from "./target.ts";
import type { MeasuredSpan } from "./verdict.ts";

/** What to measure, and by which queries. */
export interface QuerySettings extends MeasuredSpan {
  readonly steal: Steal;
  /** Whose series are asked for. */
  readonly vocabulary: Vocabulary;
  /** The one exporter whose gauges, but for one, are asked for by their means. */
  readonly means?: Exporter | undefined;
}

export interface CpuRamMetrics {
  readonly targets: readonly Target[];
  readonly clock: ServerClock;
  /** Which of the two was not answered, for some hosts at least. */
  readonly unanswered: { readonly cpu: boolean; readonly memory: boolean };
  /** Whether the server turned out to have labels with dots, and to take them. */
  readonly dotted: boolean;
}

/** When a server evaluated the first query; undefined when it did none. */
interface ServerClock {
  /** As it says, to be asked for again. */
  readonly evaluatedAt: Date | undefined;
  /** The time that this means to it, in unix seconds. */
  readonly now: number | undefined;
  /** The last of the steps at which CPU was looked at, where there are some; in unix seconds. */
  readonly lastStep?: number;
  /** Prometheus' `rate` and `delta` do; VictoriaMetrics' don't, and its now is some time ago. */
  readonly extrapolates: boolean;
}

/** Shorter than scrapes are apart. */
const togetherMs = 1_000;

const nobody: CpuRamMetrics = {
  targets: [],
  clock: { evaluatedAt: undefined, now: undefined, extrapolates: true },
  unanswered: { cpu: false, memory: false },
  dotted: false,
};

/** The queries about the hosts of a selector. */
export function queriesOf(selector: Selector, settings: QuerySettings) {
  const { seconds, statistic, samplesSeconds, stepSeconds, vocabulary, means } = settings;
  return {
    cpu:
      statistic === "mean"
        ? cpuQuery(selector, seconds, vocabulary, means && meansQueries(means, selector, seconds))
        : cpuStepsQuery(selector, seconds, stepSeconds, vocabulary),
    samples: samplesQueries(selector, samplesSeconds, vocabulary, means),
  };
}

/**
 * The CPU and memory of all hosts of the selectors: two queries for each, and one may fail by
 * itself. All are evaluated at one time, which the first answer tells.
 */
export async function getCpuRamMetrics(
  inquiry: Inquiry,
  selectors: readonly Selector[],
  settings: QuerySettings,
  known?: ServerClock,
): Promise<CpuRamMetrics> {
  const [first, ...others] = selectors;
  if (first === undefined) return nobody;
  const metrics = await getHostMetrics(inquiry, first, settings, known);
  const more = await Promise.all(
    others.map((selector) => getHostMetrics(inquiry, selector, settings, metrics.clock)),
  );
  return together([metrics, ...more]);
}

/** Answers about different hosts as if they were one. */
export function together(all: readonly CpuRamMetrics[]): CpuRamMetrics {
  const [first = nobody] = all;
  return {
    targets: all.flatMap(({ targets }) => targets),
    clock: all.find(({ clock }) => clock.evaluatedAt)?.clock ?? first.clock,
    unanswered: {
      cpu: all.some(({ unanswered }) => unanswered.cpu),
      memory: all.some(({ unanswered }) => unanswered.memory),
    },
    dotted: all.some(({ dotted }) => dotted),
  };
}

async function getHostMetrics(
  inquiry: Inquiry,
  selector: Selector,
  settings: QuerySettings,
  known?: ServerClock,
): Promise<CpuRamMetrics> {
  const release = new AbortController();
  const queries = queriesOf(selector, settings);
  const ask = (some: readonly string[], time: Date | undefined) =>
    Promise.all(some.map((query) => inquiry.query(query, time, release.signal)));
  const all = await ask([queries.cpu, ...queries.samples], known?.evaluatedAt);
  const [first] = all;
  const clock = known?.evaluatedAt ? known : clockOf(all, settings);
  const at = clock.evaluatedAt;
  // A query that had to be asked again is of another time, and of other samples.
  const samples = at && areApart(all) ? await ask(queries.samples, at) : all.slice(1);
  const isUnread = ({ labels }: Series) =>
    Object.keys(labels).some((one) => seriesLabels().dotted.has(one));
  // Labels with dots that the query didn't name: nearly all servers that have some take them in quotes.
  const unread = !settings.vocabulary.dotted && first?.series.some(isUnread) === true;
  const vocabulary = vocabularyOf(settings.vocabulary.known, true);
  const dotted = unread ? [queriesOf(selector, { ...settings, vocabulary }).cpu] : [];
  const [again] = await ask(dotted, at);
  // Where it doesn't, those hosts can't be read: their CPUs would be taken for one.
  const readable = first && { series: first.series.filter((one) => !isUnread(one)) };
  const cpu = unread ? (again ?? readable) : first;
  release.abort();
  // Answers of different metrics are as one.
  const memory = samples.every((answer) => answer !== undefined)
    ? { series: samples.flatMap(({ series }) => series) }
    : undefined;
  return {
    targets: readTargets(cpu, memory, settings.steal, !clock.extrapolates),
    clock,
    unanswered: { cpu: cpu === undefined, memory: memory === undefined },
    dotted: again !== undefined,
  };
}

/** Whether queries were asked so long after each other that a host has been scraped meanwhile. */
function areApart(answers: readonly (QueryAnswer | undefined)[]): boolean {
  const askedAtMs = answers.flatMap((answer) => answer?.askedAtMs ?? []);
  return Math.max(...askedAtMs) - Math.min(...askedAtMs) > togetherMs;
}

/** By the row that says the server's time; that of VictoriaMetrics is some seconds off its row's. */
function clockOf(
  answers: readonly (QueryAnswer | undefined)[],
  { statistic }: QuerySettings,
): ServerClock {
  const [cpu, ...samples] = answers;
  const row = cpu?.series.find(({ labels }) => labels["mode"] === marks.now);
  const [at, now] = [row?.times.at(-1), row?.values.at(-1)];
  const asked = answers
    .flatMap((answer) => answer?.askedAt ?? [])
    .map((one) => one.getTime() / 1000);
  if (at === undefined || now === undefined) {
    return { evaluatedAt: undefined, now: asked.at(0), extrapolates: true };
  }
  if (statistic !== "mean" && at === now) {
    // The last step may be minutes ago; the newest sample of all hosts is not, unless all have died.
    const series = samples.flatMap((answer) => answer?.series ?? []);
    const newest = series.map(({ times }) => times.at(-1) ?? now);
    const latest = [...newest, ...asked].reduce((one, other) => Math.max(one, other), now);
    const evaluatedAt = new Date(latest * 1000);
    return { evaluatedAt, now: latest, lastStep: now, extrapolates: true };
  }
  return { evaluatedAt: new Date(at * 1000), now, extrapolates: at === now };
}
