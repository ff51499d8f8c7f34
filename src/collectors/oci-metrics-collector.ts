import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Invocation } from "../invocation.ts";
import type { Monitoring } from "../oci-metrics/monitoring.ts";
import type { PlannedQuery } from "../oci-metrics/queries.ts";
import { QueryBoard } from "../oci-metrics/query-board.ts";
import { readMetric } from "../oci-metrics/read-metric.ts";
import {
  type InstanceMetrics,
  MetricsCollector,
  type PoolDirectory,
  type PoolMetrics,
} from "./metrics-collector.ts";
import { lastWholeMinutes } from "./time-window.ts";

/** The calls of the pool's region, for one invocation. */
export type MonitoringOf = (spec: PoolSpec, invocation: Invocation) => Promise<Monitoring>;

/**
 * Reads what Oracle Cloud Agent reported to OCI Monitoring: two queries, however many members, and
 * for up to ten pools of one compartment at once.
 */
export class OCIMetricsCollector extends MetricsCollector {
  readonly #monitoringOf: MonitoringOf;
  readonly #now: () => Date;
  readonly #boards = new WeakMap<Invocation, QueryBoard<PoolSpec>>();

  constructor(directory: PoolDirectory, monitoringOf: MonitoringOf, now: () => Date) {
    super(directory);
    this.#monitoringOf = monitoringOf;
    this.#now = now;
  }

  override async getMetrics(spec: PoolSpec, invocation: Invocation): Promise<PoolMetrics> {
    const board = this.#boardOf(invocation);
    board.expect(spec);
    try {
      return await super.getMetrics(spec, invocation);
    } finally {
      board.arrived(spec);
    }
  }

  protected override async fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<InstanceMetrics> {
    const monitoring = await this.#monitoringOf(spec, invocation);
    const window = lastWholeMinutes(this.#now(), spec.windowMinutes);
    const board = this.#boardOf(invocation);
    const ask = (query: PlannedQuery) => board.post(monitoring, query);
    const readings = Promise.all([
      readMetric(ask, "CpuUtilization", instances, spec, window),
      readMetric(ask, "MemoryUtilization", instances, spec, window),
    ]);
    board.arrived(spec);
    const [cpu, memory] = await readings;
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

  #boardOf(invocation: Invocation): QueryBoard<PoolSpec> {
    const board = this.#boards.get(invocation) ?? new QueryBoard(invocation);
    this.#boards.set(invocation, board);
    return board;
  }
}
