import type { EndpointState } from "../resilience/endpoint.ts";
import {
  knownReporting,
  type PoolResult,
  type Status,
  type TriggerName,
} from "../result/result-document.ts";

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

/** See `InvocationSummary`. A pool counts for nothing of which it isn't known who reported. */
export function coverageOf(pools: readonly PoolResult[]): number | null {
  let [counted, reported] = [0, 0];
  for (const { instances } of pools) {
    const reporting = instances === null ? undefined : knownReporting(instances);
    if (instances === null || reporting === undefined) continue;
    counted += instances.counted;
    reported += reporting;
  }
  return counted === 0 ? null : Math.round((reported / counted) * 10_000) / 10_000;
}

export function openCircuitsOf(endpoints: readonly EndpointState[]): readonly string[] {
  return endpoints.filter(({ state }) => state !== "closed").map(({ name }) => name);
}
