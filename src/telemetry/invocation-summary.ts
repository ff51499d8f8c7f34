import type { EndpointState } from "../resilience/endpoint.ts";
import type { PoolResult, Status, TriggerName } from "../result/result-document.ts";

/** What came out of an invocation, as its log line, metrics and trace tell it. */
export interface InvocationSummary {
  readonly trigger: TriggerName;
  readonly status: Status;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** The share, 0–1, of counted members that reported, over all pools; null when none is known. */
  readonly coverage: number | null;
  /** The endpoints that failed so often that they aren't called at present, or only to try. */
  readonly openCircuits: readonly string[];
}

/** See `InvocationSummary`. A pool whose members aren't known counts for nothing. */
export function coverageOf(pools: readonly PoolResult[]): number | null {
  const known = pools.map(({ instances }) => instances).filter((members) => members !== null);
  const counted = known.reduce((sum, members) => sum + members.counted, 0);
  const reporting = known.reduce((sum, members) => sum + members.reporting, 0);
  return counted === 0 ? null : Math.round((reporting / counted) * 10_000) / 10_000;
}

export function openCircuitsOf(endpoints: readonly EndpointState[]): readonly string[] {
  return endpoints.filter(({ state }) => state !== "closed").map(({ name }) => name);
}
