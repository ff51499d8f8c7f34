import type { Reading } from "../../src/result/reading.ts";
import type { Metric } from "../../src/result/result-document.ts";
import {
  type Answer,
  type Answers,
  type Case,
  type Measured,
  type Measurements,
  metrics,
  type Rival,
  type Truth,
  wholePool,
} from "./case.ts";

/** One metric of one case, or of the whole pool. */
export interface Row extends Measured {
  readonly name: string;
  readonly metric: Metric;
  readonly truth: Truth[Metric];
  readonly verdict: "right" | `WRONG: ${string}`;
}

/** As far as a reading may be from the truth, in percentage points. */
export const tolerance = 2;

/** A row for each metric of each case, and of their pool where it has several members. */
export function judge(cases: readonly Case[], measurements: Measurements): readonly Row[] {
  return [
    ...cases.flatMap((one) => metrics.map((metric) => memberRow(one, metric, measurements))),
    ...(cases.length > 1 ? metrics : []).map((metric) => poolRow(cases, metric, measurements)),
  ];
}

function memberRow(one: Case, metric: Metric, measurements: Measurements): Row {
  const { members } = measurements;
  const measured = members.get(one.name)?.[metric] ?? { ours: undefined, rivals: {} };
  const truth = one.truth[metric];
  const fault = faultOfPool(one, measurements);
  const verdict: Row["verdict"] = fault ? `WRONG: ${fault}` : judgeReading(truth, measured.ours);
  return { ...measured, name: one.name, metric, truth, verdict };
}

function faultOfPool(one: Case, { warnings, status }: Measurements): string | undefined {
  const { warning } = one;
  if (warning !== undefined && !warnings.some((text) => text.includes(warning)))
    return `no warning "${warning}"`;
  const other = one.status !== undefined && one.status !== status;
  return other ? `the pool is ${status}` : undefined;
}

function poolRow(cases: readonly Case[], metric: Metric, { members, pool }: Measurements): Row {
  const truth = mean(
    cases.map((one) => one.truth[metric]).filter((known) => typeof known === "number"),
  );
  const ours = pool[metric] ?? undefined;
  const all = [...members.values()].map((member) => member[metric].rivals);
  const averageOf = (rival: Rival): Answers => {
    const answers = all.flatMap((rivals) => rivals[rival] ?? []);
    return answers.length === 0 ? [] : [mean(answers)];
  };
  const asked = (["common", "original"] as const).filter((rival) => all.some((one) => one[rival]));
  const rivals = Object.fromEntries(asked.map((rival) => [rival, averageOf(rival)]));
  return { name: wholePool, metric, truth, ours, rivals, verdict: judgeReading(truth, ours) };
}

function judgeReading(truth: Truth[Metric], ours: Reading | undefined): Row["verdict"] {
  if (ours === undefined) return "WRONG: not in the result";
  const answers = answersOf(truth);
  if (answers.some((answer) => agree(answer, ours))) return "right";
  const [first] = answers;
  if (typeof first !== "number") return `WRONG: not missing as ${first}`;
  return typeof ours === "number" ? `WRONG: off by ${(ours - first).toFixed(1)}` : "WRONG: missing";
}

/** All that would be true. */
export function answersOf(truth: Truth[Metric]): readonly Answer[] {
  return typeof truth === "object" ? truth : [truth];
}

function agree(truth: Answer, ours: Reading): boolean {
  if (typeof truth === "string" || typeof ours === "string") return truth === ours;
  return Math.abs(ours - truth) <= tolerance;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
