import type { PoolSpec } from "../config/pool-spec.ts";
import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { InstanceReadings, Reading } from "../result/reading.ts";
import { overTime, type Statistic } from "../result/statistics.ts";
import { type InstanceMetrics, MetricsCollector, type PoolDirectory } from "./metrics-collector.ts";
import { lastWholeMinutes, type TimeWindow } from "./time-window.ts";

/** The one call of OCI Monitoring that reads metrics. */
export interface Monitoring {
  summarizeMetricsData(query: MetricsQuery): Promise<readonly MetricStream[]>;
}

export interface MetricsQuery {
  readonly compartmentId: string;
  readonly namespace: string;
  readonly query: string;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly resolution: string;
}

interface MetricStream {
  readonly dimensions: { readonly resourceId?: string | undefined };
  readonly aggregatedDatapoints: readonly { readonly value: number | null }[];
}

/** What the Compute Instance Monitoring plugin of Oracle Cloud Agent publishes. */
const namespace = "oci_computeagent";
const metricNames = { cpu: "CpuUtilization", memory: "MemoryUtilization" } as const;

/**
 * How each statistic asks for a minute. The window's minutes are put together here, and a
 * percentile can't be made from percentiles: it ranks the minutes' means.
 */
const minuteStatistics: Readonly<Record<Statistic, string>> = {
  mean: "mean()",
  max: "max()",
  min: "min()",
  p50: "mean()",
  p90: "mean()",
  p95: "mean()",
  p99: "mean()",
};

/** At most this many data points a member, where the window can be divided so. */
const pointsWanted = 60;

/** Reads what Oracle Cloud Agent reported to OCI Monitoring: two queries, however many members. */
export class OCIMetricsCollector extends MetricsCollector {
  readonly #monitoringOf: (spec: PoolSpec) => Promise<Monitoring>;
  readonly #now: () => Date;

  constructor(
    directory: PoolDirectory,
    monitoringOf: (spec: PoolSpec) => Promise<Monitoring>,
    now: () => Date,
  ) {
    super(directory);
    this.#monitoringOf = monitoringOf;
    this.#now = now;
  }

  protected override async fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
  ): Promise<InstanceMetrics> {
    const monitoring = await this.#monitoringOf(spec);
    const window = lastWholeMinutes(this.#now(), spec.windowMinutes);
    const [cpu, memory] = await Promise.all([
      readMetric(monitoring, metricNames.cpu, instances, spec, window),
      readMetric(monitoring, metricNames.memory, instances, spec, window),
    ]);
    const readings = new Map<string, InstanceReadings>(
      instances.map(({ id }) => [id, { cpu: cpu.of(id), memory: memory.of(id) }]),
    );
    return { window, readings, warnings: [], failures: [...cpu.failures, ...memory.failures] };
  }
}

/**
 * One metric of all members: one query for each compartment they live in, which is one query
 * unless instances were moved. A failed query costs only its own members their reading.
 */
async function readMetric(
  monitoring: Monitoring,
  metric: string,
  instances: readonly Instance[],
  spec: PoolSpec,
  window: TimeWindow,
) {
  const compartments = [...new Set(instances.map(({ compartmentId }) => compartmentId))];
  const readings = new Map<string, Reading>();
  const failures: UtilizationError[] = [];
  await Promise.all(
    compartments.map(async (compartmentId) => {
      const query = poolQuery(metric, spec, compartmentId, window);
      try {
        const streams = await monitoring.summarizeMetricsData(query);
        for (const [id, values] of valuesByInstance(streams)) {
          readings.set(id, readingOf(values, spec.statistic));
        }
      } catch (error) {
        failures.push(toUtilizationError(error));
        for (const instance of instances) {
          if (instance.compartmentId === compartmentId)
            readings.set(instance.id.toLowerCase(), "query_failed");
        }
      }
    }),
  );
  const of = (instanceId: string): Reading => readings.get(instanceId.toLowerCase()) ?? "no_data";
  return { of, failures };
}

function poolQuery(
  metric: string,
  spec: PoolSpec,
  compartmentId: string,
  { start, end }: TimeWindow,
): MetricsQuery {
  const interval = `${intervalMinutes(spec.windowMinutes)}m`;
  const statistic = minuteStatistics[spec.statistic];
  // Grouping by resourceId makes one stream of a member whose labels changed in the window.
  const query = `${metric}[${interval}]{instancePoolId = "${spec.instancePoolId}"}.groupBy(resourceId).${statistic}`;
  // The default resolution is documented in two ways, so it is always sent.
  return { compartmentId, namespace, query, startTime: start, endTime: end, resolution: interval };
}

/** The shortest interval (1–60 minutes) that divides the window evenly into few enough points. */
function intervalMinutes(windowMinutes: number): number {
  for (let minutes = 1; minutes <= 60; minutes++) {
    if (windowMinutes % minutes === 0 && windowMinutes / minutes <= pointsWanted) return minutes;
  }
  return 1;
}

function valuesByInstance(streams: readonly MetricStream[]): Map<string, number[]> {
  const values = new Map<string, number[]>();
  for (const { dimensions, aggregatedDatapoints } of streams) {
    const id = dimensions.resourceId?.toLowerCase();
    if (id === undefined) continue;
    const known = values.get(id) ?? [];
    for (const { value } of aggregatedDatapoints) if (value !== null) known.push(value);
    values.set(id, known);
  }
  return values;
}

function readingOf(values: readonly number[], statistic: Statistic): Reading {
  if (values.length === 0) return "no_data";
  const reading = overTime(statistic, values);
  return Number.isFinite(reading) ? reading : "not_a_number";
}
