import { lastWholeMinutes } from "../collectors/time-window.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { DeadlineExceededError, toUtilizationError, type UtilizationError } from "../errors.ts";
import type { ComputeManagement } from "../instance-manager/instance-manager.ts";
import type { Invocation } from "../invocation.ts";
import type { Monitoring } from "../oci-metrics/monitoring.ts";
import { probeQuery } from "../oci-metrics/probe-query.ts";
import type { QueryApi } from "../prometheus-metrics/get-cpu-ram-metrics.ts";
import { silenceHint } from "../resilience/endpoint.ts";
import { toErrorInfo } from "../result/result-document.ts";
import { stopwatch } from "../stopwatch.ts";
import type { HealthCheck } from "./health-document.ts";
import { limited } from "./limited.ts";

/** Whom the probes ask: the clients that collecting uses, with their limits and circuits. */
export interface ProbedServices {
  /** The calls of the pool's region, for one invocation. */
  readonly callsFor: (
    spec: PoolSpec,
    invocation: Invocation,
  ) => Promise<{
    readonly compute: ComputeManagement;
    readonly monitoring: Pick<Monitoring, "summarizeMetricsData">;
  }>;
  readonly serverNamed: (name: string, invocation: Invocation) => Promise<QueryApi>;
  readonly now: () => Date;
}

/** What became of a probe. */
export type Probed<T> = { readonly latencyMs: number } & (
  | { readonly value: T }
  | { readonly error: UtilizationError }
);

/** Runs a probe for a part of the time that there is. It never throws; what went wrong is logged. */
export async function probe<T>(
  part: string,
  invocation: Invocation,
  ask: (invocation: Invocation) => Promise<T>,
): Promise<Probed<T>> {
  const latencyMs = stopwatch();
  try {
    const value = await limited(invocation, ask);
    return { latencyMs: latencyMs(), value };
  } catch (thrown) {
    const error = noAnswer(toUtilizationError(thrown));
    invocation.logger.error("Check failed", error, { part });
    return { latencyMs: latencyMs(), error };
  }
}

/** A probe as the health document tells it. */
export function toCheck(probed: Probed<unknown>): HealthCheck {
  const { latencyMs } = probed;
  if ("value" in probed) return { status: "ok", latencyMs };
  return { status: "failed", latencyMs, error: toErrorInfo(probed.error) };
}

/** Where a member of the pool lives, else the pool itself: asked by the calls that collecting makes. */
export async function findCompartment(
  { callsFor }: ProbedServices,
  spec: PoolSpec,
  part: Invocation,
): Promise<string> {
  const { instancePoolId } = spec;
  const { compute } = await callsFor(spec, part);
  const compartmentId =
    spec.compartmentId ?? (await compute.getInstancePool({ instancePoolId })).compartmentId;
  const request = { instancePoolId, compartmentId, limit: 1 };
  const { items } = await compute.listInstancePoolInstances(request);
  return items[0]?.compartmentId ?? compartmentId;
}

/** Whether metrics may be read there; that there are none is an answer, too. */
export async function askMonitoring(
  { callsFor, now }: ProbedServices,
  spec: PoolSpec,
  compartmentId: string,
  part: Invocation,
): Promise<void> {
  const { monitoring } = await callsFor(spec, part);
  const window = lastWholeMinutes(now(), 5);
  await monitoring.summarizeMetricsData(probeQuery(spec.instancePoolId, compartmentId, window));
}

/** `vector(1)` touches no series, and every server that speaks PromQL knows it. */
export async function askPrometheus(
  { serverNamed }: ProbedServices,
  name: string,
  part: Invocation,
): Promise<void> {
  await (await serverNamed(name, part)).query("vector(1)");
}

/** A longer timeout of the function, as is asked for elsewhere, would not help a probe. */
export function noAnswer(error: UtilizationError): UtilizationError {
  if (!(error instanceof DeadlineExceededError)) return error;
  return new DeadlineExceededError(error.message, { hint: silenceHint, cause: error });
}
