import type { OwnExporter } from "../config/exporters.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Series } from "../prometheus/query-api.ts";
import type { InstanceMetrics } from "../result/pool-metrics.ts";
import type { Reading } from "../result/reading.ts";
import { type Matched, matchMembers } from "./match-members.ts";
import type { MemberNames } from "./members.ts";
import { hintOfRows, showRows, warningsOfRows } from "./own-notes.ts";
import { askOwnExporter, lagOf, metrics, type OwnAnswer, type OwnAnswers } from "./own-queries.ts";
import { type IsKnown, recognize } from "./recognize.ts";
import type { Sources } from "./sources.ts";
import { percent } from "./verdict.ts";

/**
 * Measures members by the operator's own PromQL. How old a value is, and whose life it is of, is said there.
 * @param ahead what was asked while the members were being listed
 */
export async function measureByOwnExporter(
  exporter: OwnExporter,
  { server, hostsOf, now, shown, matchLabels }: Sources,
  instances: readonly Instance[],
  spec: PoolSpec,
  ahead: Promise<OwnAnswers> | undefined,
): Promise<InstanceMetrics> {
  const { windowMinutes, prometheus } = spec;
  const ask = async (members: MemberNames) => {
    const answers = await (ahead ?? askOwnExporter(server, exporter, spec, members));
    return { ...answers, failures: metrics.flatMap((metric) => answers[metric].said.failures) };
  };
  const match = (answers: OwnAnswers, members: MemberNames, isKnown: IsKnown) => {
    const of = ({ rows }: OwnAnswer) => matchMembers(rows, members, spec, isNotOne, isKnown);
    const [cpu, memory] = [of(answers.cpu), of(answers.memory)];
    return { cpu, memory, lost: [...new Set([...cpu.lost, ...memory.lost])] };
  };
  const lag = shown.lagsMs.get(prometheus.server) ?? lagOf(server);
  const { answers, matched, failure } = await recognize(hostsOf, instances, spec, ask, match);
  const lagMs = await lag;
  if (lagMs !== undefined) shown.lagsMs.set(prometheus.server, lagMs);
  const cpuOf = readerOf(matched.cpu, answers.cpu, exporter);
  const memoryOf = readerOf(matched.memory, answers.memory, exporter);
  const [evaluated] = metrics.flatMap((metric) =>
    answers[metric].rows.flatMap(({ times }) => times.at(-1) ?? []),
  );
  const end = evaluated === undefined ? now() : new Date(evaluated * 1000 - (lagMs ?? 0));
  const said = metrics.map((metric) => answers[metric].said);
  return {
    readings: new Map(instances.map((one) => [one.id, { cpu: cpuOf(one), memory: memoryOf(one) }])),
    window: { start: new Date(end.getTime() - windowMinutes * 60_000), end },
    resolutionSeconds: null,
    warnings: [
      ...new Set(said.flatMap(({ warnings }) => [...warnings])),
      ...metrics.flatMap((metric) => warningsOfRows(matched[metric], exporter, metric, spec)),
    ],
    shown: showRows(answers, exporter, spec, matchLabels).map((text) => server.redact(text)),
    partial: said.some(({ partial }) => partial),
    hint: hintOfRows(answers, matched.cpu, cpuOf, exporter, spec),
    failures: [...answers.failures, ...(failure ? [failure] : [])],
  };
}

/** A row that has a range, or that isn't the only one, says nothing about now. */
function isNotOne([first, ...others]: readonly Series[]): boolean {
  return others.length > 0 || (first?.values.length ?? 0) > 1;
}

/** Reads members by one metric's rows. */
function readerOf(
  { found, unresolved }: Matched<Series>,
  { said }: OwnAnswer,
  { unit }: OwnExporter,
): (instance: Instance) => Reading {
  const whole = unit === "percent" ? 100 : 1;
  const without = said.failures.length > 0 ? "query_failed" : "no_data";
  return (instance) => {
    if (unresolved.has(instance)) return "unresolved_host";
    const [row] = found.get(instance) ?? [];
    return row === undefined ? without : percent((row.values[0] ?? Number.NaN) / whole).reading;
  };
}
