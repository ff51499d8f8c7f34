import type { PoolSpec } from "../config/pool-spec.ts";
import type { UtilizationError } from "../errors.ts";
import type { Instance, InstancePool } from "../instance-manager/instance-pool.ts";
import { runningInstances } from "../instance-manager/instance-pool.ts";
import type { Invocation } from "../invocation.ts";
import type { InstanceReadings } from "../result/reading.ts";
import type { TimeWindow } from "./time-window.ts";

/** What a source knows of a pool's members. */
export interface InstanceMetrics {
  /** The time that was really looked at. */
  readonly window: TimeWindow;
  /** By instance OCID; a member that is absent has no data. */
  readonly readings: ReadonlyMap<string, InstanceReadings>;
  readonly warnings: readonly string[];
  /** Whether the source itself says that its answer is not the whole truth. */
  readonly partial?: boolean;
  /** What to change when there is no reading at all, if the source can tell. */
  readonly hint?: string | undefined;
  /** What a failed query threw; its members' readings are `query_failed`. */
  readonly failures: readonly UtilizationError[];
}

/** A pool, who of it runs, and what they measured. */
export interface PoolMetrics {
  readonly pool: InstancePool;
  readonly running: readonly Instance[];
  /** Undefined when nobody runs, as then nobody was asked. */
  readonly metrics: InstanceMetrics | undefined;
}

/** Tells who is in a pool. */
export interface PoolDirectory {
  getInstancesFromInstancePool(spec: PoolSpec, invocation: Invocation): Promise<InstancePool>;
}

/**
 * Measures a pool: lists its members and asks a source for the utilization of those that run.
 * A source implements `fetchInstanceMetrics`, once for the whole pool.
 */
export abstract class MetricsCollector {
  readonly #directory: PoolDirectory;

  constructor(directory: PoolDirectory) {
    this.#directory = directory;
  }

  /** @throws UtilizationError when the pool can't be listed, or its source can't be asked at all. */
  async getMetrics(spec: PoolSpec, invocation: Invocation): Promise<PoolMetrics> {
    const pool = await this.#directory.getInstancesFromInstancePool(spec, invocation);
    const running = runningInstances(pool);
    if (running.length === 0) return { pool, running, metrics: undefined };
    return { pool, running, metrics: await this.fetchInstanceMetrics(running, spec, invocation) };
  }

  /** The readings of these members, each by itself: CPU may be there without memory. */
  protected abstract fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<InstanceMetrics>;
}
