import type { PoolSpec } from "../config/pool-spec.ts";
import type { InstanceManager } from "../instance-manager/instance-manager.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Invocation } from "../invocation.ts";
import type { Monitoring } from "../oci/calls.ts";
import { explainOnOci } from "../oci-metrics/findings.ts";
import { MetricsBatch } from "../oci-metrics/metrics-batch.ts";
import { mostPointsOf, type Question } from "../oci-metrics/queries.ts";
import { readMembers } from "../oci-metrics/read-metric.ts";
import { oncePer } from "../once.ts";
import { Remembered } from "../remembered.ts";
import type { InstanceMetrics } from "../result/pool-metrics.ts";
import {
  type MeasureMembers,
  MetricsCollector,
  type PoolDirectory,
  type SourceDescription,
} from "./metrics-collector.ts";

/** The calls of the pool's region, for one invocation. */
export type MonitoringOf = (spec: PoolSpec, invocation: Invocation) => Promise<Monitoring>;

/** A point takes some fifty bytes; the smallest container has 20 MB for them. */
const mostPointsHeld = 200_000;

/**
 * Reads what Oracle Cloud Agent reported to OCI Monitoring: two queries, however many members, and for
 * all pools of a compartment at once, asked while their members are being listed.
 */
export class OCIMetricsCollector extends MetricsCollector {
  override readonly explain = explainOnOci;
  readonly #batchOf: (invocation: Invocation) => MetricsBatch;

  constructor(
    directory: PoolDirectory & Pick<InstanceManager, "describe">,
    monitoringOf: MonitoringOf,
    now: () => Date,
  ) {
    super(directory, now, mostPointsHeld);
    const tooMany = new Remembered<true>(now, { most: 10_000, forMs: 10 * 60_000 });
    this.#batchOf = oncePer(
      (invocation) =>
        new MetricsBatch({
          monitoringOf: (spec) => monitoringOf(spec, invocation),
          describe: (spec) => directory.describe(spec, invocation),
          lastSeen: (spec) => this.lastSeen(spec),
          tooMany,
          signal: invocation.signal,
          now: now(),
        }),
    );
  }

  override prepare(specs: readonly PoolSpec[], invocation: Invocation): void {
    super.prepare(specs, invocation);
    this.#batchOf(invocation).expect(specs);
  }

  override async askMonitoring(spec: PoolSpec, compartmentId: string, invocation: Invocation) {
    // Nobody reports under a pool's own OCID: there is nothing to read, whatever its size.
    const subject = { metric: "CpuUtilization" as const, spec, compartmentId };
    await this.#batchOf(invocation).member(spec.instancePoolId, subject);
  }

  override describe(): SourceDescription {
    return { name: "OCI Monitoring", matching: "" };
  }

  /** Points take memory here, not members. */
  protected override weigh(members: number, spec: PoolSpec): number {
    return 2 * mostPointsOf(spec, members);
  }

  protected override async begin(spec: PoolSpec, invocation: Invocation): Promise<MeasureMembers> {
    const planned = await this.#batchOf(invocation).plannedFor(spec);
    return (instances) => this.fetchInstanceMetrics(instances, spec, invocation, planned);
  }

  protected override fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
    planned: readonly Question[] = [],
  ): Promise<InstanceMetrics> {
    return readMembers(this.#batchOf(invocation), spec, instances, planned);
  }
}
