import type { Source, Statistic } from "../config/pool-spec.ts";
import type { ErrorCode, UtilizationError } from "../errors.ts";
import type { MissingReason } from "./reading.ts";
import type { Utilization } from "./statistics.ts";

/** Who can call the function. */
export const triggerNames = ["direct", "event", "alarm", "connector-hub", "http"] as const;

export type TriggerName = (typeof triggerNames)[number];

/** `ok`: every counted member reported both metrics; `partial`: some did; `failed`: see `error`. */
export type Status = "ok" | "partial" | "failed";

/** A failure as callers see it. */
export interface ErrorInfo {
  readonly code: ErrorCode;
  readonly message: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly hint?: string;
}

export type Metric = "cpu" | "memory";

/** What a person calls them. */
export const metricNames: Readonly<Record<Metric, string>> = { cpu: "CPU", memory: "memory" };

export interface MissingInstance {
  readonly id: string;
  readonly displayName: string;
  readonly metrics: readonly Metric[];
  readonly reason: MissingReason;
}

/** A running member that the averages and the coverage are not of. */
interface ExcludedInstance {
  readonly id: string;
  readonly displayName: string;
  readonly reason: "warming_up";
}

/** One member's percentages, null where missing. */
export interface InstanceDetail {
  readonly id: string;
  readonly displayName: string;
  readonly cpu: number | null;
  readonly memory: number | null;
}

export interface InstancesResult {
  readonly total: number;
  readonly running: number;
  /** Running members that are no younger than `warmupMinutes`. */
  readonly counted: number;
  /** Counted members that reported both metrics. */
  readonly reporting: number;
  readonly missing: readonly MissingInstance[];
  readonly excluded: readonly ExcludedInstance[];
  /** Only with `includeInstances`. */
  readonly details?: readonly InstanceDetail[];
}

/** What became of one pool. What isn't known because it failed early is null. */
export interface PoolResult {
  readonly name: string;
  readonly instancePoolId: string | null;
  readonly source: Source | null;
  readonly status: Status;
  /** ISO instants of the time that was really looked at. */
  readonly window: { readonly start: string; readonly end: string } | null;
  readonly statistic: Statistic | null;
  /** The statistic is of values of so many seconds each. */
  readonly resolutionSeconds: number | null;
  readonly cpu: Utilization;
  readonly memory: Utilization;
  readonly instances: InstancesResult | null;
  readonly warnings: readonly string[];
  readonly error?: ErrorInfo;
}

/** What each document says of its invocation. */
export interface DocumentHead {
  readonly trigger: TriggerName;
  /** ISO instant. */
  readonly collectedAt: string;
  readonly durationMs: number;
}

/** What an invocation answers. */
export interface ResultDocument extends DocumentHead {
  readonly status: Status;
  readonly pools: readonly PoolResult[];
  /** Only when there is no pool at all to answer for. */
  readonly error?: ErrorInfo;
}

/** Of members that may well have reported. */
const uncounted: ReadonlySet<MissingReason> = new Set(["query_failed", "unresolved_host"]);

/**
 * How many counted members reported both, for who is told a number without its reasons; undefined where nobody knows:
 * a query failed, or which host is whose could not be found out.
 */
export function knownReporting({
  reporting,
  counted,
  missing,
}: InstancesResult): number | undefined {
  // A list that is left out of an answer that would be too long says nothing.
  const isListed = missing.length > 0 || reporting === counted;
  const isKnown = isListed && missing.every(({ reason }) => !uncounted.has(reason));
  return isKnown ? reporting : undefined;
}

/** The part of an error that callers may see. */
export function toErrorInfo({ code, message, retryable, hint }: UtilizationError): ErrorInfo {
  return hint === undefined ? { code, message, retryable } : { code, message, retryable, hint };
}

/** `ok` or `failed` if all pools are, else `partial`. */
export function overallStatus(pools: readonly { readonly status: Status }[]): Status {
  const statuses = new Set(pools.map(({ status }) => status));
  if (statuses.size === 0) return "failed";
  const [first] = statuses;
  return statuses.size === 1 && first !== undefined ? first : "partial";
}
