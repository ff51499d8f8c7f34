import { SourceUnavailableError } from "../errors.ts";
import type { Invocation, Usage } from "../invocation.ts";
import type { Ingestion } from "../oci/calls.ts";
import type { InvocationSummary } from "./invocation-summary.ts";

/** Where the function's own metrics are posted, and what they carry. */
export interface FunctionMetricsOptions {
  readonly namespace: string;
  /** What tells functions apart; those that Fn doesn't name are left out. */
  readonly functionId: string | undefined;
  readonly functionName: string | undefined;
  /** The function's own region and compartment. */
  readonly placeOf: (
    invocation: Invocation,
  ) => Promise<{ readonly ingestion: Ingestion; readonly compartmentId: string }>;
  readonly now: () => Date;
}

/**
 * Posts the cost of an invocation and what came out of it, each as a metric.
 * @throws UtilizationError when they are not taken, or not all of them.
 */
export async function postFunctionMetrics(
  summary: InvocationSummary,
  usage: Usage,
  options: FunctionMetricsOptions,
  invocation: Invocation,
): Promise<void> {
  const { namespace, functionId, functionName, placeOf, now } = options;
  const { ingestion, compartmentId } = await placeOf(invocation);
  const dimensions = Object.fromEntries(
    Object.entries({ functionId, functionName }).flatMap(([key, value]) =>
      value ? [[key, value.slice(0, 512)]] : [],
    ),
  );
  const stream = { namespace, compartmentId, dimensions };
  const timestamp = now();
  const values = {
    DurationMs: summary.durationMs,
    Calls: usage.calls,
    Retries: usage.retries,
    Bytes: usage.bytes,
    Coverage: summary.coverage,
    OpenCircuits: summary.openCircuits.length,
  };
  const { failedMetricsCount, failedMetrics } = await ingestion.postMetricData(
    Object.entries(values).flatMap(([name, value]) =>
      value === null ? [] : [{ ...stream, name, timestamp, value }],
    ),
  );
  if (failedMetricsCount === 0) return;
  const reason = failedMetrics[0]?.message ?? "no reason given";
  throw new SourceUnavailableError(`${failedMetricsCount} metrics were refused: ${reason}`);
}
