import { type Family, totalGauges, type Vocabulary } from "./exporters/exporters.ts";
import { equals, labelIn, oneOf, pinned, type Selector } from "./selectors.ts";

/** In place of a mode, what else a row can be. No exporter has modes in brackets. */
export const marks = {
  /** The times of the newest samples of all CPUs, added up: their time, and how many there are. */
  stamp: "(stamp)",
  /** When the server evaluated the query; VictoriaMetrics does so for a time 30 s ago. */
  now: "(now)",
} as const;

// A target's own label of such a name makes Prometheus rename the exporter's.
export const renamed = (names: readonly string[]) =>
  names.flatMap((name) => [labelIn(name), labelIn(`exported_${name}`)]);
const perHost = ({ cpuLabels: cpus, modeLabels: modes, extra }: Family) =>
  [...renamed([...cpus, ...modes]), ...extra].join(", ");

// Written out: Prometheus looks up plain alternatives, and tries any other pattern on every name.
export const named = (names: readonly string[]) =>
  names.length === 1 ? `__name__="${names}"` : oneOf("__name__", names);

export const marked = (query: string, mark: string) =>
  `label_replace(${query}, "mode", "${mark}", "", "")`;

const now = marked("vector(time())", marks.now);
/** The same query of these metrics together, or of each by itself. */
export function ofMetrics(
  names: readonly string[],
  { known }: Vocabulary,
  query: (matcher: string) => string,
): readonly string[] {
  return known.length > 0 ? names.map((name) => query(named([name]))) : [query(named(names))];
}

/** The time in each mode, on all CPUs together. */
function modesOf(selector: Selector, vocabulary: Vocabulary, timeOf: (series: string) => string) {
  const { families } = vocabulary;
  const counters = families.flatMap((family) => family.counters);
  const cpus = new Set(families.flatMap(({ cpuLabels }) => cpuLabels));
  const extra = new Set(families.flatMap((family) => family.extra));
  const perMode = [...renamed([...cpus]), ...extra].join(", ");
  return ofMetrics(counters, vocabulary, (matcher) => {
    return `sum without (${perMode}) (${timeOf(`{${matcher},${selector}}`)})`;
  });
}

/** Idle time; of several labels that can say so, a series has one. */
function idleOf(matcher: string, { modeLabels: modes }: Family, selector: Selector): string {
  const [only, ...others] = modes;
  const idle =
    others.length === 0
      ? [equals(only ?? "", "idle")]
      : modes.map((label) => `${labelIn(label)}=~"idle|"`);
  return `{${[matcher, ...idle, selector].join()}}`;
}

/** @param again of hosts that are asked about again: no time is expected of a CPU that has never run, and shows 0 */
const stamps = (selector: Selector, vocabulary: Vocabulary, offset = "", again = false) =>
  vocabulary.families.flatMap((family) =>
    ofMetrics(family.counters, vocabulary, (matcher) => {
      const idle = `${idleOf(matcher, family, selector)}${offset}`;
      const newest = `timestamp(${idle})${again ? ` and ${idle} > 0` : ""}`;
      return marked(`sum without (${perHost(family)}) (${newest})`, marks.stamp);
    }),
  );

/**
 * The mean of CPU: seconds of each mode, from the first sample of the window to the last, and when
 * the last was. `delta`, as `rate` takes any counter that falls by a hair for a restart, and adds
 * the whole life of the machine; and as `rate` does not extrapolate a mode that was 0 as others.
 * @param means queries that are to be answered with it
 */
export function cpuQuery(
  selector: Selector,
  seconds: number,
  vocabulary: Vocabulary,
  means: readonly string[] = [],
): string {
  const times = modesOf(selector, vocabulary, (series) => `delta(${series}[${seconds}s])`);
  return [...times, ...stamps(selector, vocabulary), ...means, now].join(" or ");
}

/**
 * Other statistics of CPU: the counters at each step, of which each two make a share.
 * @param laterMs when hosts are asked about again: how much later than the steps, which are at multiples of their length
 */
export function cpuStepsQuery(
  selector: Selector,
  seconds: number,
  stepSeconds: number,
  vocabulary: Vocabulary,
  laterMs?: number,
): string {
  const offset = laterMs ? ` offset -${laterMs}ms` : "";
  const times = modesOf(selector, vocabulary, (series) => `${series}${offset}`);
  const again = laterMs !== undefined;
  const all = [...times, ...stamps(selector, vocabulary, offset, again), now];
  return `(${all.join(" or ")})[${seconds}s:${stepSeconds}s]`;
}

/** The values of a label among all hosts that the server knows, and that have these labels. */
export function labelValuesQuery(
  label: string,
  matchers: Readonly<Record<string, string>>,
): string {
  const selector = pinned(named(totalGauges()), matchers);
  return `topk(5, count by (${labelIn(label)}) ({${selector}}))`;
}
