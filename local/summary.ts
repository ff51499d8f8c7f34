import type { DoctorDocument } from "../src/health/doctor-document.ts";
import { type HealthDocument, partsOf } from "../src/health/health-document.ts";
import type { InstanceDetail, PoolResult, ResultDocument } from "../src/result/result-document.ts";
import type { Utilization } from "../src/result/statistics.ts";

const barWidth = 20;
const metricNames = { cpu: "CPU", memory: "memory" } as const;

/** The result for a person: a line for each metric, and a bar for each instance that reported. */
export function summarizeDocument(
  document: ResultDocument | HealthDocument | DoctorDocument,
): string {
  if ("checks" in document) return summarizeHealth(document);
  if ("findings" in document) return summarizeDoctor(document);
  const { status, pools, error } = document;
  const lines = pools.flatMap(summarizePool);
  if (error !== undefined) lines.push(`${status}: ${error.code}`, ...explain(error));
  return lines.join("\n");
}

function summarizeHealth(document: HealthDocument): string {
  const parts = partsOf(document).flatMap(([part, { status, latencyMs, reason, error }]) => [
    `  ${part}: ${status}${latencyMs === undefined ? "" : ` (${latencyMs} ms)`}`,
    ...(reason === undefined ? [] : [`    ${reason}`]),
    ...(error ? explain(error).map((line) => `    ${line}`) : []),
  ]);
  return [`Health: ${document.status}`, ...parts].join("\n");
}

function summarizeDoctor({ status, pool, findings }: DoctorDocument): string {
  const lines = findings.flatMap(({ step, status: found, message, hint }) => [
    `  ${step}: ${found}: ${message}`,
    ...(hint === undefined ? [] : [`    ${hint}`]),
  ]);
  return [`Pool ${pool ?? "unknown"}: ${status}`, ...lines].join("\n");
}

function summarizePool(pool: PoolResult): readonly string[] {
  const { name, status, source, cpu, memory, instances, warnings, error } = pool;
  const { details = [], missing = [], reporting = 0, running = 0, total = 0 } = instances ?? {};
  const width = Math.max(
    0,
    ...[...details, ...missing].map(({ displayName }) => displayName.length),
  );
  const title = `Pool ${name} (${source ?? "unknown source"}): ${status}`;
  return [
    instances
      ? `${title}, ${reporting} of ${running} running members reported, ${total} in all`
      : title,
    ...(cpu.reporting > 0 ? [`  CPU     ${averages(cpu)}`] : []),
    ...(memory.reporting > 0 ? [`  memory  ${averages(memory)}`] : []),
    ...details.filter(reported).map((detail) => `  ${instanceLine(detail, width)}`),
    ...missing.map(
      ({ displayName, metrics, reason }) =>
        `  ${displayName.padEnd(width)}  no ${metrics.map((metric) => metricNames[metric]).join(" and ")}: ${reason}`,
    ),
    ...warnings.map((warning) => `  warning: ${warning}`),
    ...(error ? [`  ${error.code}`, ...explain(error).map((line) => `  ${line}`)] : []),
  ];
}

function reported({ cpu, memory }: InstanceDetail): boolean {
  return cpu !== null || memory !== null;
}

function averages({ average, min, max, p95, reporting }: Utilization): string {
  const values = `min ${percent(min)}, p95 ${percent(p95)}, max ${percent(max)}`;
  return `average ${percent(average)} of ${reporting} (${values})`;
}

function instanceLine({ displayName, cpu, memory }: InstanceDetail, width: number): string {
  return `${displayName.padEnd(width)}  CPU ${bar(cpu)}  memory ${bar(memory)}`;
}

function bar(value: number | null): string {
  const filled = Math.round(((value ?? 0) / 100) * barWidth);
  return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${percent(value).padStart(7)}`;
}

function percent(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(1)} %`;
}

function explain({ message, hint }: { readonly message: string; readonly hint?: string }) {
  return hint === undefined ? [message] : [message, hint];
}
