import type { PoolSpec } from "../config/pool-spec.ts";
import {
  type Instance,
  type InstancePool,
  isYoungerThan,
  type Places,
  placesOf,
  runningInstances,
} from "../instance-manager/instance-pool.ts";
import type { Invocation } from "../invocation.ts";
import { Remembered } from "../remembered.ts";
import { WeightedLimit } from "../resilience/weighted-limit.ts";
import type { Cause, Explanation } from "../result/explanation.ts";
import type { InstanceMetrics, PoolMetrics } from "../result/pool-metrics.ts";
import type { Metric } from "../result/result-document.ts";
import { missingReadings, overLonger } from "./missing-readings.ts";

/** Tells who is in a pool. */
export interface PoolDirectory {
  getInstancesFromInstancePool(spec: PoolSpec, invocation: Invocation): Promise<InstancePool>;
  /** Says which pools are going to be asked for, so that many of them take few calls. */
  expect?(specs: readonly PoolSpec[], invocation: Invocation): void;
}

/** A source as a person knows it. */
export interface SourceDescription {
  /** "OCI Monitoring", say. */
  readonly name: string;
  /** How members are found there, if that is a matter of configuration; follows the name. */
  readonly matching: string;
}

/** What is said of counted members that have no reading of these metrics. */
export interface MissingExplained extends Explanation {
  readonly metrics: readonly Metric[];
  /** What the members are called. */
  readonly members: readonly string[];
  /** Whether the source has nothing of them at all, and knows no more of why. */
  readonly isNoData: boolean;
}

/** Measures the members that run. */
export type MeasureMembers = (instances: readonly Instance[]) => Promise<InstanceMetrics>;

/**
 * Measures a pool: lists its members and asks a source for the utilization of those that run.
 * A source implements `fetchInstanceMetrics`, once for the whole pool.
 */
export abstract class MetricsCollector {
  readonly #directory: PoolDirectory;
  readonly #held: WeightedLimit;
  /** By pool. */
  readonly #places: Remembered<Places>;
  protected readonly now: () => Date;

  /** @param mostHeld how much is measured at once, over all pools, by what `weigh` says */
  constructor(directory: PoolDirectory, now: () => Date, mostHeld = 20_000) {
    this.#directory = directory;
    this.#held = new WeightedLimit(mostHeld);
    this.#places = new Remembered(now, { most: 10_000 });
    this.now = now;
  }

  /** Says which pools are going to be measured: a source may ask about many of them together. */
  prepare(specs: readonly PoolSpec[], invocation: Invocation): void {
    this.#directory.expect?.(specs, invocation);
  }

  /** @throws UtilizationError when the pool can't be listed, or its source can't be asked at all. */
  async getMetrics(spec: PoolSpec, invocation: Invocation): Promise<PoolMetrics> {
    const [measure, pool] = await Promise.all([
      this.begin(spec, invocation),
      this.#directory.getInstancesFromInstancePool(spec, invocation),
    ]);
    const running = runningInstances(pool);
    this.#places.learn(spec.instancePoolId, placesOf(running));
    const now = this.now();
    const young = (instance: Instance) => isYoungerThan(instance, spec.warmupMinutes, now);
    const counted = running.filter((instance) => !young(instance));
    const excluded = running.filter(young);
    if (counted.length === 0) return { pool, counted, excluded, metrics: undefined };
    // Of all that run: a name is unique only among all of them.
    const fetch = () => measure(running);
    const weight = this.weigh(running.length, spec);
    const metrics = await this.#held.run(weight, fetch, invocation.signal);
    return { pool, counted, excluded, metrics };
  }

  /** Asks something small of OCI Monitoring, where the pool's members live; only if that is its source. */
  askMonitoring?(spec: PoolSpec, compartmentId: string, invocation: Invocation): Promise<unknown>;

  /** Whom it asks about this pool, as a person knows it, and how members are found there. */
  abstract describe(spec: PoolSpec): SourceDescription;

  /** Why members have no reading of these metrics, and what to change. */
  abstract explain(cause: Cause, missing: readonly Metric[], spec: PoolSpec): Explanation;

  /** Where the pool's members ran the last time, in this process. */
  protected lastSeen({ instancePoolId }: PoolSpec): Places | undefined {
    return this.#places.last(instancePoolId);
  }

  /**
   * Which counted members of a measured pool have no reading, and why: those together that miss the same for the
   * same cause. Where the window doesn't tell, it looks at a longer one.
   */
  async explainMissing(
    spec: PoolSpec,
    measured: PoolMetrics,
    invocation: Invocation,
  ): Promise<readonly MissingExplained[]> {
    const longer = overLonger(spec, measured);
    const look = longer && invocation.inTime(this.getMetrics(longer, invocation));
    // It is only a second look: what goes wrong with it says nothing about the pool.
    const second = await look?.catch(() => undefined);
    return missingReadings(measured, second?.metrics).map(({ cause, known, metrics, members }) => ({
      ...(known ?? this.explain(cause, metrics, spec)),
      metrics,
      members,
      isNoData: cause === "no_data" && known === undefined,
    }));
  }

  /** What is read of so many members takes memory as this says: one for each, if a source doesn't know better. */
  protected weigh(members: number, _spec: PoolSpec): number {
    return members;
  }

  /** Begins to measure a pool; who is in it is told later. A source may ask what it can before that. */
  protected begin(
    spec: PoolSpec,
    invocation: Invocation,
  ): MeasureMembers | Promise<MeasureMembers> {
    return (instances) => this.fetchInstanceMetrics(instances, spec, invocation);
  }

  /** The readings of these members, each by itself: CPU may be there without memory. */
  protected abstract fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<InstanceMetrics>;
}
