import type { PoolMetrics } from "../collectors/metrics-collector.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { EmptyPoolError, LowCoverageError, NoDataError, type UtilizationError } from "../errors.ts";
import type { Instance, InstancePool } from "../instance-manager/instance-pool.ts";
import type { InstanceReadings, Reading } from "./reading.ts";
import {
  type InstanceDetail,
  type InstancesResult,
  type Metric,
  type MissingInstance,
  type PoolResult,
  toErrorInfo,
} from "./result-document.ts";
import { nothingReported, round, summarize } from "./statistics.ts";

const noReadings: InstanceReadings = { cpu: "no_data", memory: "no_data" };

/** A running member with what it measured. */
interface Member {
  readonly instance: Instance;
  readonly readings: InstanceReadings;
}

/** What a pool's measurements mean: averages over those who reported, and who did not, and why. */
export function toPoolResult(
  spec: PoolSpec,
  { pool, running, metrics }: PoolMetrics,
  requestWarnings: readonly string[],
): PoolResult {
  const members = running.map((instance) => ({
    instance,
    readings: metrics?.readings.get(instance.id) ?? noReadings,
  }));
  const instances = instancesResult(spec, pool, members);
  const cpu = summarize(numbers(members, "cpu"));
  const memory = summarize(numbers(members, "memory"));
  const failures = metrics?.failures ?? [];
  const someReported = cpu.reporting + memory.reporting > 0;
  const error = someReported
    ? lowCoverage(spec, instances, failures)
    : whyNothing(spec, pool, members, metrics);
  const lost = failures.filter((failure) => failure !== error).map(({ message }) => message);
  const complete = instances.reporting === instances.running && metrics?.partial !== true;
  return {
    name: pool.name,
    instancePoolId: spec.instancePoolId,
    source: spec.source,
    status: error !== undefined ? "failed" : complete ? "ok" : "partial",
    window: metrics
      ? { start: metrics.window.start.toISOString(), end: metrics.window.end.toISOString() }
      : null,
    statistic: spec.statistic,
    cpu,
    memory,
    instances,
    warnings: [...new Set([...requestWarnings, ...(metrics?.warnings ?? []), ...lost])],
    ...(error === undefined ? {} : { error: toErrorInfo(error) }),
  };
}

/** The result of a pool that failed before anything was known of its members. */
export function failedPoolResult(
  pool: Pick<PoolResult, "name" | "instancePoolId" | "source" | "statistic">,
  error: UtilizationError,
  warnings: readonly string[] = [],
): PoolResult {
  return {
    ...pool,
    status: "failed",
    window: null,
    cpu: nothingReported,
    memory: nothingReported,
    instances: null,
    warnings,
    error: toErrorInfo(error),
  };
}

function instancesResult(
  spec: PoolSpec,
  pool: InstancePool,
  members: readonly Member[],
): InstancesResult {
  const missing = members.flatMap(missingOf);
  const absent = new Set(missing.map(({ id }) => id));
  const result = {
    total: pool.instances.length,
    running: members.length,
    reporting: members.length - absent.size,
    missing,
  };
  return spec.includeInstances ? { ...result, details: members.map(detailOf) } : result;
}

/** One entry, or two when CPU and memory are missing for different reasons. */
function missingOf({ instance, readings }: Member): readonly MissingInstance[] {
  const { id, displayName } = instance;
  const { cpu, memory } = readings;
  const entry = (metrics: readonly Metric[], reading: Reading): readonly MissingInstance[] =>
    typeof reading === "number" ? [] : [{ id, displayName, metrics, reason: reading }];
  if (cpu === memory) return entry(["cpu", "memory"], cpu);
  return [...entry(["cpu"], cpu), ...entry(["memory"], memory)];
}

function detailOf({ instance, readings }: Member): InstanceDetail {
  const percent = (reading: Reading) => (typeof reading === "number" ? round(reading) : null);
  const { id, displayName } = instance;
  return { id, displayName, cpu: percent(readings.cpu), memory: percent(readings.memory) };
}

function numbers(members: readonly Member[], metric: Metric): readonly number[] {
  return members
    .map(({ readings }) => readings[metric])
    .filter((reading) => typeof reading === "number");
}

function lowCoverage(
  { minCoverage }: PoolSpec,
  { reporting, running }: InstancesResult,
  failures: readonly UtilizationError[],
): UtilizationError | undefined {
  if (reporting / running >= minCoverage) return undefined;
  // Asked again, the members may well be there.
  const passing = failures.find(({ retryable }) => retryable);
  if (passing !== undefined) return passing;
  return new LowCoverageError(
    `Only ${reporting} of ${running} running members reported; minCoverage asks for ${minCoverage}.`,
  );
}

function whyNothing(
  spec: PoolSpec,
  pool: InstancePool,
  members: readonly Member[],
  metrics: PoolMetrics["metrics"],
): UtilizationError {
  if (members.length === 0) {
    const total = pool.instances.length;
    const who = total === 0 ? "no members" : `${total} member(s), none of them running`;
    return new EmptyPoolError(`The pool has ${who}.`);
  }
  const failures = metrics?.failures ?? [];
  const failure = failures.find(({ retryable }) => retryable) ?? failures[0];
  if (failure !== undefined) return failure;
  const message = `None of the ${members.length} running members reported in the last ${spec.windowMinutes} minute(s).`;
  return new NoDataError(message, { hint: metrics?.hint ?? noDataHint(spec) });
}

function noDataHint({ source, prometheus }: PoolSpec): string {
  if (source === "oci") {
    return "Is the plugin Compute Instance Monitoring of Oracle Cloud Agent enabled and running, and can the instances reach Monitoring through a service gateway or public IP?";
  }
  const { label, by } = prometheus.match;
  return `Does the label "${label}" of node_exporter's series on server "${prometheus.server}" hold the ${by}?`;
}
