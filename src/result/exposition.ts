import { knownReporting, type PoolResult } from "./result-document.ts";

/** Text that Prometheus scrapes: its own format 0.0.4, or OpenMetrics 1.0.0. */
export const expositionFormats = ["prometheus", "openmetrics"] as const;

export type ExpositionFormat = (typeof expositionFormats)[number];

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Gauge {
  readonly name: string;
  readonly unit?: string;
  readonly help: string;
  /** None where nothing is known: a sample of 0 would be a reading. */
  samplesOf(pool: PoolResult): readonly Sample[];
}

const ratio = (percent: number | null): readonly Sample[] =>
  percent === null ? [] : [{ value: Number((percent / 100).toFixed(6)) }];

/** A failed pool has no averages here: there is no status beside a sample that says not to act on it. */
const averageOf = (metric: "cpu" | "memory") => (pool: PoolResult) =>
  pool.status === "failed" ? [] : ratio(pool[metric].average);

function instancesOf({ instances }: PoolResult): readonly Sample[] {
  if (instances === null) return [];
  const { running, counted } = instances;
  const states = Object.entries({ running, counted, reporting: knownReporting(instances) });
  return states.flatMap(([state, value]) =>
    value === undefined ? [] : [{ labels: { state }, value }],
  );
}

const gauges: readonly Gauge[] = [
  {
    name: "oci_instance_pool_cpu_utilization_ratio",
    unit: "ratio",
    help: "Average CPU utilization of the members that reported it.",
    samplesOf: averageOf("cpu"),
  },
  {
    name: "oci_instance_pool_memory_utilization_ratio",
    unit: "ratio",
    help: "Average memory utilization of the members that reported it.",
    samplesOf: averageOf("memory"),
  },
  {
    name: "oci_instance_pool_instances",
    help: "Members that run, that count, and that reported both metrics.",
    samplesOf: instancesOf,
  },
  {
    name: "oci_instance_pool_up",
    help: "Whether the pool was measured.",
    samplesOf: ({ status }) => [{ value: status === "failed" ? 0 : 1 }],
  },
];

/**
 * The pools as text exposition (prometheus.io/docs/instrumenting/exposition_formats, and OpenMetrics
 * 1.0). Of pools that are the same by their labels the first is told: a scrape has each series once.
 */
export function exposition(pools: readonly PoolResult[], format: ExpositionFormat): string {
  const labelled = new Map<string, PoolResult>();
  for (const pool of pools) {
    const labels = labelsOf(pool);
    if (!labelled.has(labels)) labelled.set(labels, pool);
  }
  const lines = gauges.flatMap((gauge) => {
    const samples = [...labelled].flatMap(([labels, pool]) =>
      gauge.samplesOf(pool).map((sample) => sampleLine(gauge.name, labels, sample)),
    );
    return samples.length === 0 ? [] : [...headLines(gauge, format), ...samples];
  });
  return [...lines, ...(format === "openmetrics" ? ["# EOF"] : []), ""].join("\n");
}

function headLines({ name, unit, help }: Gauge, format: ExpositionFormat): readonly string[] {
  const units = format === "openmetrics" && unit !== undefined ? [`# UNIT ${name} ${unit}`] : [];
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...units];
}

function sampleLine(name: string, labels: string, { labels: more = {}, value }: Sample): string {
  const own = Object.entries(more).map(label);
  return `${name}{${[labels, ...own].join()}} ${value}`;
}

function labelsOf({ instancePoolId, name, source }: PoolResult): string {
  return Object.entries({
    instance_pool_id: instancePoolId ?? "",
    pool: name,
    source: source ?? "",
  })
    .map(label)
    .join();
}

function label([name, value]: readonly [string, string]): string {
  return `${name}="${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
