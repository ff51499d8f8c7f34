import type { MetricsCollector, MissingExplained } from "../collectors/metrics-collector.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import type { Invocation } from "../invocation.ts";
import type { InstanceMetrics, PoolMetrics } from "../result/pool-metrics.ts";
import { toPoolResult } from "../result/pool-result.ts";
import { type Metric, metricNames, type PoolResult } from "../result/result-document.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** What the source answered, whose readings it has, and why it has no others. */
export async function examineReadings(
  spec: PoolSpec,
  measured: PoolMetrics,
  source: Pick<MetricsCollector, "describe" | "explainMissing">,
  invocation: Invocation,
  diagnosis: Diagnosis,
): Promise<void> {
  const { metrics: answered, counted } = measured;
  const result = toPoolResult(spec, measured, []);
  if (answered !== undefined) {
    const { failures } = answered;
    for (const failure of failures) diagnosis.addError("metrics", failure);
    if (failures.length === 0) {
      diagnosis.add("metrics", "ok", `${source.describe(spec).name} answered.`);
    }
    for (const sentence of answered.shown ?? []) diagnosis.add("metrics", "ok", sentence);
    const someReported = result.cpu.reporting + result.memory.reporting > 0;
    if (failures.length > 0 && !someReported) return;
    const missing = await source.explainMissing(spec, measured, invocation);
    tellMissing(missing, answered, { counted: counted.length, someReported }, diagnosis);
  }
  concludeReadings(result, diagnosis);
}

function tellMissing(
  missing: readonly MissingExplained[],
  { warnings, hint: general }: InstanceMetrics,
  { counted, someReported }: { readonly counted: number; readonly someReported: boolean },
  diagnosis: Diagnosis,
): void {
  for (const { step, says, hint, metrics, members, isNoData } of missing) {
    const message = `${whoOf(members, metrics, counted)} ${says}.`;
    // The source itself knows best why it has nobody.
    const noData = { hint: general ?? hint, code: "NO_DATA" } as const;
    if (someReported) diagnosis.add(step, "warning", message, { hint });
    else diagnosis.add(step, "failed", message, isNoData ? noData : { hint });
  }
  for (const warning of warnings) diagnosis.add("matching", "warning", warning);
  if (warnings.length === 0 && missing.every(({ step }) => step !== "matching")) {
    diagnosis.add("matching", "ok", `All ${counted} running member(s) were found.`);
  }
}

const namesShown = 3;

function whoOf(members: readonly string[], missing: readonly Metric[], running: number): string {
  const shown = members.slice(0, namesShown).join(", ");
  const more = members.length > namesShown ? `, and ${members.length - namesShown} more` : "";
  const who = `${members.length} of ${running} running member(s) (${shown}${more}) have`;
  const [only, ...others] = missing;
  return only === undefined || others.length > 0 ? who : `For ${metricNames[only]}, ${who}`;
}

function concludeReadings(result: PoolResult, diagnosis: Diagnosis): void {
  const { cpu, memory, instances, error } = result;
  const percent = (average: number | null) => (average === null ? "unknown" : `${average} %`);
  const message = `CPU ${percent(cpu.average)}, memory ${percent(memory.average)}; ${instances?.reporting} of ${instances?.counted} running member(s) reported both.`;
  if (error === undefined) {
    diagnosis.add("readings", "ok", message);
    return;
  }
  const { code, hint } = error;
  const advice: Readonly<Record<string, string | undefined>> = {
    LOW_COVERAGE: "See to the members named here, or lower minCoverage.",
    // What is in the way of those that count has findings of its own.
    NO_DATA: instances?.counted === 0 ? hint : undefined,
  };
  diagnosis.add("readings", "failed", error.message, { hint: advice[code], code });
}
