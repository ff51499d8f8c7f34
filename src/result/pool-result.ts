import type { PoolSpec } from "../config/pool-spec.ts";
import { EmptyPoolError, LowCoverageError, NoDataError, type UtilizationError } from "../errors.ts";
import type { Instance, InstancePool } from "../instance-manager/instance-pool.ts";
import type { PoolMetrics } from "./pool-metrics.ts";
import type { InstanceReadings, Reading } from "./reading.ts";
import {
  type InstanceDetail,
  type InstancesResult,
  type Metric,
  type MissingInstance,
  metricNames,
  type PoolResult,
  toErrorInfo,
} from "./result-document.ts";
import { nothingReported, round, summarize, type Utilization } from "./statistics.ts";

const noReadings: InstanceReadings = { cpu: "no_data", memory: "no_data" };

/** A counted member with what it measured. */
interface Member {
  readonly instance: Instance;
  readonly readings: InstanceReadings;
}

/** What a pool's measurements mean: averages over those who reported, and who did not, and why. */
export function toPoolResult(
  spec: PoolSpec,
  { pool, counted, excluded, metrics }: PoolMetrics,
  requestWarnings: readonly string[],
): PoolResult {
  const members = counted.map((instance) => ({
    instance,
    readings: metrics?.readings.get(instance.id) ?? noReadings,
  }));
  const instances = instancesResult(spec, pool, members, excluded);
  const cpu = summarize(numbers(members, "cpu"));
  const memory = summarize(numbers(members, "memory"));
  const failures = metrics?.failures ?? [];
  const someReported = cpu.reporting + memory.reporting > 0;
  const error = someReported
    ? lowCoverage(spec, { cpu, memory }, instances, failures)
    : whyNothing(spec, instances, metrics);
  const lost = failures.filter((failure) => failure !== error).map(({ message }) => message);
  const complete = instances.reporting === instances.counted && metrics?.partial !== true;
  return {
    name: pool.name,
    instancePoolId: spec.instancePoolId,
    source: spec.source,
    status: error !== undefined ? "failed" : complete ? "ok" : "partial",
    window: metrics
      ? { start: metrics.window.start.toISOString(), end: metrics.window.end.toISOString() }
      : null,
    statistic: spec.statistic,
    resolutionSeconds: metrics?.resolutionSeconds ?? null,
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
    resolutionSeconds: null,
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
  excluded: readonly Instance[],
): InstancesResult {
  const missing = members.flatMap(missingOf);
  const absent = new Set(missing.map(({ id }) => id));
  const result: InstancesResult = {
    total: pool.instances.length,
    running: members.length + excluded.length,
    counted: members.length,
    reporting: members.length - absent.size,
    missing,
    excluded: excluded.map(({ id, displayName }) => ({ id, displayName, reason: "warming_up" })),
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

/**
 * Of each metric by itself; one that no member reports is missing, as not every source has it, unless its query failed
 * in a way that may pass.
 */
function lowCoverage(
  { minCoverage }: PoolSpec,
  metrics: Readonly<Record<Metric, Utilization>>,
  instances: InstancesResult,
  failures: readonly UtilizationError[],
): UtilizationError | undefined {
  // Asked again, the members may well be there.
  const transient = failures.find(({ retryable }) => retryable);
  const isUnanswered = (metric: Metric) =>
    transient !== undefined &&
    instances.missing.some((one) => one.reason === "query_failed" && one.metrics.includes(metric));
  const low = (["cpu", "memory"] as const).filter((metric) => {
    const { reporting } = metrics[metric];
    const isCarried = reporting > 0 || isUnanswered(metric);
    return isCarried && reporting / instances.counted < minCoverage;
  });
  if (low.length === 0) return undefined;
  if (transient !== undefined) return transient;
  const reported = low.map(
    (metric) =>
      `${metrics[metric].reporting} of ${membersOf(instances)} reported ${metricNames[metric]}`,
  );
  return new LowCoverageError(
    `Only ${reported.join(", and ")}; minCoverage asks for ${minCoverage}.`,
  );
}

/** "5 running members", or "5 counted members" where that is another number. */
function membersOf({ running, counted }: InstancesResult): string {
  return `${counted} ${counted === running ? "running" : "counted"} members`;
}

function whyNothing(
  spec: PoolSpec,
  instances: InstancesResult,
  metrics: PoolMetrics["metrics"],
): UtilizationError {
  const { total, running, counted } = instances;
  if (running === 0) {
    const who = total === 0 ? "no members" : `${total} member(s), none of them running`;
    return new EmptyPoolError(`The pool has ${who}.`);
  }
  if (counted === 0) {
    return new NoDataError(
      `Each of the ${running} running members is younger than warmupMinutes (${spec.warmupMinutes}), so none counts.`,
      { hint: "Wait until they are older, or ask for a shorter warmupMinutes." },
    );
  }
  const failures = metrics?.failures ?? [];
  const failure = failures.find(({ retryable }) => retryable) ?? failures[0];
  if (failure !== undefined) return failure;
  const message = `None of the ${membersOf(instances)} reported in the last ${spec.windowMinutes} minute(s).`;
  return new NoDataError(message, { hint: metrics?.hint });
}
