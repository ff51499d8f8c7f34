import type { PoolSpec } from "../config/pool-spec.ts";
import { toUtilizationError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { ComputeManagement } from "../oci/calls.ts";
import type { QueryApi } from "../prometheus/query-api.ts";
import { toErrorInfo } from "../result/result-document.ts";
import { stopwatch } from "../stopwatch.ts";
import type { HealthCheck } from "./health-document.ts";

/** Whom the probes ask: the clients that collecting uses, with their limits and circuits. */
export interface ProbedServices {
  /** The calls of the pool's region, for one invocation. */
  readonly callsFor: (
    spec: PoolSpec,
    invocation: Invocation,
  ) => Promise<{ readonly compute: ComputeManagement }>;
  readonly serverNamed: (name: string, invocation: Invocation) => Promise<QueryApi>;
}

/**
 * Runs a probe for a part of the time that there is: what became of it, as the health document tells it,
 * and what it found. It never throws; what went wrong is logged.
 */
export async function probe<T>(
  part: string,
  invocation: Invocation,
  ask: (invocation: Invocation) => Promise<T>,
): Promise<{ readonly check: HealthCheck; readonly found?: T }> {
  const latencyMs = stopwatch();
  try {
    const found = await withTimeout(invocation, ask);
    return { check: { status: "ok", latencyMs: latencyMs() }, found };
  } catch (thrown) {
    const error = toUtilizationError(thrown);
    invocation.logger.error("Check failed", error, { part });
    const check = { status: "failed", latencyMs: latencyMs(), error: toErrorInfo(error) } as const;
    return { check };
  }
}

/** Longer than a service takes that is there: three tries, and the pauses between them. */
const longestMs = 9_000;

/**
 * Makes calls in a part of the time that the invocation has left: no service that never answers, as
 * without a route to it, is to use up the time of others.
 * @throws DeadlineExceededError, or what `work` throws.
 */
export function withTimeout<T>(
  invocation: Invocation,
  work: (part: Invocation) => Promise<T>,
  limitMs = Math.min(longestMs, invocation.remainingMs() / 3),
): Promise<T> {
  return invocation.within(limitMs, work);
}
