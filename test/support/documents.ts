import type { PoolResult, ResultDocument } from "../../src/result/result-document.ts";

/** The answer about these pools. */
export function documentOf(...pools: readonly PoolResult[]): ResultDocument {
  return {
    status: "partial",
    trigger: "direct",
    collectedAt: "2026-11-23T20:40:12.345Z",
    durationMs: 61,
    pools,
  };
}
