import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Invocation } from "../invocation.ts";
import type { Monitoring } from "../oci-metrics/monitoring.ts";
import { readMetric } from "../oci-metrics/read-metric.ts";
import { type InstanceMetrics, MetricsCollector, type PoolDirectory } from "./metrics-collector.ts";
import { lastWholeMinutes } from "./time-window.ts";

/** The calls of the pool's region, for one invocation. */
export type MonitoringOf = (spec: PoolSpec, invocation: Invocation) => Promise<Monitoring>;

/** Reads what Oracle Cloud Agent reported to OCI Monitoring: two queries, however many members. */
export class OCIMetricsCollector extends MetricsCollector {
  readonly #monitoringOf: MonitoringOf;
  readonly #now: () => Date;

  constructor(directory: PoolDirectory, monitoringOf: MonitoringOf, now: () => Date) {
    super(directory);
    this.#monitoringOf = monitoringOf;
    this.#now = now;
  }

  protected override async fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<InstanceMetrics> {
    const monitoring = await this.#monitoringOf(spec, invocation);
    const window = lastWholeMinutes(this.#now(), spec.windowMinutes);
    const [cpu, memory] = await Promise.all([
      readMetric(monitoring, "CpuUtilization", instances, spec, window),
      readMetric(monitoring, "MemoryUtilization", instances, spec, window),
    ]);
    return {
      window,
      readings: new Map(
        instances.map(({ id }) => [
          id,
          {
            cpu: cpu.readings.get(id) ?? "no_data",
            memory: memory.readings.get(id) ?? "no_data",
          },
        ]),
      ),
      warnings: [...cpu.warnings, ...memory.warnings],
      failures: [...cpu.failures, ...memory.failures],
    };
  }
}
