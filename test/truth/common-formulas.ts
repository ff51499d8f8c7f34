import * as v from "valibot";
import { summarizeMetricsData } from "../../local/oci-emulator/monitoring.ts";
import type { EmulatedTenancy } from "../../local/oci-emulator/tenancy.ts";
import type { Metric } from "../../src/result/result-document.ts";
import type { PrometheusServer } from "../support/prometheus.ts";
import type { Answers } from "./case.ts";

/** What everyone copies from everyone for node_exporter. */
export const commonQueries: Readonly<Record<Metric, string>> = {
  cpu: '100 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) * 100',
  memory: "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)",
};

/** What the original framework asks Prometheus for. */
export const originalMemoryQuery = "node_memory_Active_bytes / node_memory_MemTotal_bytes * 100";

const vectorSchema = v.object({
  resultType: v.literal("vector"),
  result: v.array(
    v.object({
      metric: v.object({ instance: v.string() }),
      value: v.tuple([v.number(), v.string()]),
    }),
  ),
});

/** The rows of an instant query by their label `instance`. */
export async function queryByInstance(
  prometheus: PrometheusServer,
  promql: string,
): Promise<ReadonlyMap<string, Answers>> {
  const { result } = v.parse(vectorSchema, await prometheus.query(promql));
  const answers = new Map<string, Answers>();
  for (const { metric, value } of result) {
    const known = answers.get(metric.instance) ?? [];
    answers.set(metric.instance, [...known, numberOf(value[1])]);
  }
  return answers;
}

/** Prometheus writes "+Inf", which Number() doesn't know. */
function numberOf(text: string): number {
  return Number(text.replace(/Inf$/, "Infinity"));
}

const names = { cpu: "CpuUtilization", memory: "MemoryUtilization" } as const;
const windowMs = 5 * 60_000;

/**
 * What the original framework makes of OCI Monitoring: a query for each instance, in the compartment
 * of the pool; the maximum of each minute; of the points the first; and 0 where there is none.
 */
export function originalOnOci(
  tenancy: EmulatedTenancy,
  compartmentId: string,
  instanceId: string,
  metric: Metric,
  now: Date,
): number {
  const details = {
    namespace: "oci_computeagent",
    query: `${names[metric]}[1m]{resourceId = "${instanceId}"}.max()`,
    startTime: new Date(now.getTime() - windowMs).toISOString(),
    endTime: now.toISOString(),
  };
  const parameters = new URLSearchParams({ compartmentId });
  const [stream] = summarizeMetricsData(tenancy, parameters, details, now);
  return stream?.aggregatedDatapoints[0]?.value ?? 0;
}
