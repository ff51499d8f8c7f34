import type { InstanceDetail, PoolResult } from "../../src/result/result-document.ts";
import { nothingReported, summarize } from "../../src/result/statistics.ts";
import { poolId } from "./ocids.ts";

/** A member with these percentages, as `includeInstances` has it. */
export function detail(
  displayName: string,
  cpu: number | null,
  memory: number | null,
): InstanceDetail {
  return { id: `ocid1.instance.oc1.iad.${displayName.length}`, displayName, cpu, memory };
}

/** The result of a pool whose running members are these; those without any value are missing. */
export function poolResult(
  members: readonly InstanceDetail[],
  change: Partial<PoolResult> = {},
): PoolResult {
  const numbers = (metric: "cpu" | "memory") =>
    members.map((member) => member[metric]).filter((value) => value !== null);
  const missing = members.filter(({ cpu, memory }) => cpu === null && memory === null);
  return {
    name: "web",
    instancePoolId: poolId,
    source: "oci",
    status: missing.length === 0 ? "ok" : "partial",
    window: { start: "2026-11-23T20:35:00.000Z", end: "2026-11-23T20:40:00.000Z" },
    statistic: "mean",
    resolutionSeconds: 60,
    cpu: summarize(numbers("cpu")),
    memory: summarize(numbers("memory")),
    instances: {
      total: members.length,
      running: members.length,
      counted: members.length,
      reporting: members.length - missing.length,
      missing: missing.map(({ id, displayName }) => {
        return { id, displayName, metrics: ["cpu", "memory"], reason: "no_data" };
      }),
      excluded: [],
      details: members,
    },
    warnings: [],
    ...change,
  };
}

/** A pool that nothing is known of but why. */
export const failedPool: PoolResult = {
  ...poolResult([], { name: "db", status: "failed", instances: null }),
  cpu: nothingReported,
  memory: nothingReported,
  error: {
    code: "POOL_NOT_FOUND",
    message: "OCI knows no such pool, or doesn't show it.",
    retryable: false,
    hint: "Allow dynamic-group functions to read instance-pools in compartment id ocid1.compartment.oc1..aaaa",
  },
};
