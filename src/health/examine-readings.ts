import type { InstanceMetrics, PoolMetrics } from "../collectors/metrics-collector.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { toPoolResult } from "../result/pool-result.ts";
import type { Reading } from "../result/reading.ts";
import type { Metric, PoolResult } from "../result/result-document.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { adviceOn, lookBackMinutes, type Trouble, troubleOf } from "./troubles.ts";

type Measure = (spec: PoolSpec) => Promise<PoolMetrics>;

const metrics: readonly Metric[] = ["cpu", "memory"];

/** What the source answered, whose readings it has, and why it has no others. */
export async function examineReadings(
  spec: PoolSpec,
  measured: PoolMetrics,
  measure: Measure,
  diagnosis: Diagnosis,
): Promise<void> {
  const { running, metrics: answered } = measured;
  if (answered === undefined) return;
  const result = toPoolResult(spec, measured, []);
  checkAnswer(spec, answered, diagnosis);
  const someReported = result.cpu.reporting + result.memory.reporting > 0;
  if (answered.failures.length > 0 && !someReported) return;
  const longer = await lookBack(spec, answered, measure);
  let allFound = answered.warnings.length === 0;
  for (const { trouble, missing, members } of groupByTrouble(running, answered, longer)) {
    const { step, says, hint } = adviceOn(trouble, missing, spec);
    const message = `${whoOf(members, missing, running.length)} ${says}.`;
    if (step === "matching") allFound = false;
    if (someReported) diagnosis.add({ step, status: "warning", message, hint });
    else if (trouble === "no_data") {
      // The source itself knows best why it has nobody.
      const own = answered.hint ?? hint;
      diagnosis.add({ step, status: "failed", message, hint: own, code: "NO_DATA" });
    } else diagnosis.add({ step, status: "failed", message, hint });
  }
  concludeMatching(answered, allFound, running.length, diagnosis);
  concludeReadings(result, diagnosis);
}

function checkAnswer(spec: PoolSpec, { failures }: InstanceMetrics, diagnosis: Diagnosis): void {
  const step = "metrics";
  for (const failure of failures) diagnosis.addError(step, failure);
  if (failures.length > 0) return;
  const { source, prometheus } = spec;
  const who = source === "oci" ? "OCI Monitoring" : `Prometheus server "${prometheus.server}"`;
  diagnosis.add({ step, status: "ok", message: `${who} answered.` });
}

/** The same members over hours, when that may tell why some have no reading. */
async function lookBack(
  spec: PoolSpec,
  answered: InstanceMetrics,
  measure: Measure,
): Promise<InstanceMetrics | undefined> {
  const readings = [...answered.readings.values()].flatMap(({ cpu, memory }) => [cpu, memory]);
  const unclear = readings.some((reading) => reading === "no_data" || reading === "warming_up");
  if (!unclear || spec.windowMinutes >= lookBackMinutes) return undefined;
  const longer = { ...spec, windowMinutes: lookBackMinutes, statistic: "mean" as const };
  // It is only a second look: what goes wrong with it says nothing about the pool.
  return await measure(longer).then(
    ({ metrics: found }) => found,
    () => undefined,
  );
}

/** Members that miss the same for the same reason. */
interface Group {
  readonly trouble: Trouble;
  readonly missing: readonly Metric[];
  readonly members: string[];
}

function groupByTrouble(
  running: readonly Instance[],
  answered: InstanceMetrics,
  longer: InstanceMetrics | undefined,
): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { id, displayName } of running) {
    const troubleWith = (metric: Metric): Trouble | undefined => {
      const reading: Reading = answered.readings.get(id)?.[metric] ?? "no_data";
      if (typeof reading === "number") return undefined;
      return troubleOf(reading, longer?.readings.get(id)?.[metric]);
    };
    for (const trouble of new Set(metrics.map(troubleWith))) {
      if (trouble === undefined) continue;
      const missing = metrics.filter((metric) => troubleWith(metric) === trouble);
      const key = `${trouble} ${missing}`;
      const group = groups.get(key) ?? { trouble, missing, members: [] };
      group.members.push(displayName);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

const namesShown = 3;

function whoOf(members: readonly string[], missing: readonly Metric[], running: number): string {
  const shown = members.slice(0, namesShown).join(", ");
  const more = members.length > namesShown ? `, and ${members.length - namesShown} more` : "";
  const who = `${members.length} of ${running} running member(s) (${shown}${more}) have`;
  if (missing.length === metrics.length) return who;
  return `For ${missing.includes("cpu") ? "CPU" : "memory"}, ${who}`;
}

function concludeMatching(
  { warnings }: InstanceMetrics,
  allFound: boolean,
  running: number,
  diagnosis: Diagnosis,
): void {
  const step = "matching";
  for (const message of warnings) diagnosis.add({ step, status: "warning", message });
  if (!allFound) return;
  diagnosis.add({ step, status: "ok", message: `All ${running} running member(s) were found.` });
}

function concludeReadings(result: PoolResult, diagnosis: Diagnosis): void {
  const { cpu, memory, instances, error } = result;
  const step = "readings";
  const percent = (average: number | null) => (average === null ? "unknown" : `${average} %`);
  const message = `CPU ${percent(cpu.average)}, memory ${percent(memory.average)}; ${instances?.reporting} of ${instances?.running} running member(s) reported both.`;
  if (error === undefined) {
    diagnosis.add({ step, status: "ok", message });
    return;
  }
  const { code, message: said } = error;
  const hint =
    code === "LOW_COVERAGE" ? "See to the members named here, or lower minCoverage." : undefined;
  diagnosis.add({ step, status: "failed", message: said, hint, code });
}
