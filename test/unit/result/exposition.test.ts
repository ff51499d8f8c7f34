import { describe, expect, it } from "vitest";
import { exposition } from "../../../src/result/exposition.ts";
import { poolId } from "../../support/ocids.ts";
import { detail, failedPool, poolResult } from "../../support/pool-results.ts";

const web = poolResult([detail("a", 20, 40), detail("b", 62.5, 60), detail("c", null, null)]);
const labels = `instance_pool_id="${poolId}",pool="web",source="oci"`;

/** The samples, without what is said about them. */
const samples = (text: string) => text.split("\n").filter((line) => /^[a-z]/.test(line));

describe("exposition", () => {
  it("tells a pool as Prometheus reads it", () => {
    expect(exposition([web], "prometheus")).toBe(
      `# HELP oci_instance_pool_cpu_utilization_ratio Average CPU utilization of the members that reported it.
# TYPE oci_instance_pool_cpu_utilization_ratio gauge
oci_instance_pool_cpu_utilization_ratio{${labels}} 0.4125
# HELP oci_instance_pool_memory_utilization_ratio Average memory utilization of the members that reported it.
# TYPE oci_instance_pool_memory_utilization_ratio gauge
oci_instance_pool_memory_utilization_ratio{${labels}} 0.5
# HELP oci_instance_pool_instances Members that run, that count, and that reported both metrics.
# TYPE oci_instance_pool_instances gauge
oci_instance_pool_instances{${labels},state="running"} 3
oci_instance_pool_instances{${labels},state="counted"} 3
oci_instance_pool_instances{${labels},state="reporting"} 2
# HELP oci_instance_pool_up Whether the pool was measured.
# TYPE oci_instance_pool_up gauge
oci_instance_pool_up{${labels}} 1
`,
    );
  });

  it("is ended, and has units, as OpenMetrics wants it", () => {
    const lines = exposition([web], "openmetrics").split("\n");

    expect(lines.slice(-2)).toEqual(["# EOF", ""]);
    expect(lines).toContain("# UNIT oci_instance_pool_cpu_utilization_ratio ratio");
  });

  it("has nothing of what isn't known, and never a 0 for it", () => {
    const noMemory = poolResult([detail("a", 20, null)], { status: "partial" });

    expect(samples(exposition([failedPool], "prometheus"))).toEqual([
      expect.stringMatching(/^oci_instance_pool_up\{.*pool="db",source="oci"\} 0$/),
    ]);
    expect(samples(exposition([noMemory], "prometheus")).join()).not.toContain("memory");
  });

  it("has no averages of a pool that fails, even where the document has them", () => {
    const error = { code: "LOW_COVERAGE", message: "Only 2 of 3", retryable: false } as const;
    const text = exposition([{ ...web, status: "failed", error }], "prometheus");

    expect(text).not.toContain("utilization_ratio");
    expect(text).toContain(`oci_instance_pool_instances{${labels},state="reporting"} 2`);
    expect(text).toContain(`oci_instance_pool_up{${labels}} 0`);
  });

  it("counts nobody as silent whose query failed: nobody knows", () => {
    const { instances } = web;
    const unanswered = instances?.missing.map((one) => ({
      ...one,
      reason: "query_failed" as const,
    }));
    const pool = { ...web, instances: instances && { ...instances, missing: unanswered ?? [] } };
    const text = exposition([pool], "prometheus");

    expect(text).toContain('state="counted"} 3');
    expect(text).not.toContain('state="reporting"');
  });

  it("lets a pool be called anything", () => {
    const name = 'a"b\\c\n} 1\noci_instance_pool_up 1';
    const lines = samples(exposition([{ ...web, name }], "prometheus"));

    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe(
      `oci_instance_pool_up{instance_pool_id="${poolId}",pool="a\\"b\\\\c\\n} 1\\noci_instance_pool_up 1",source="oci"} 1`,
    );
  });

  it("tells each series once, though a pool is measured in two ways", () => {
    const other = poolResult([detail("a", 90, 90)], { statistic: "max" });

    const lines = samples(exposition([web, other], "openmetrics"));

    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/ 0\.4125$/);
  });

  it("has no noise of binary fractions", () => {
    const text = exposition([poolResult([detail("a", 55.3, 0.07)])], "prometheus");

    expect(text).toMatch(/cpu_utilization_ratio\{.*\} 0\.553\n/);
    expect(text).toMatch(/memory_utilization_ratio\{.*\} 0\.0007\n/);
  });
});
