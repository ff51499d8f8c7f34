import type { OwnExporter } from "../config/exporters.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Series } from "../prometheus/query-api.ts";
import type { Reading } from "../result/reading.ts";
import { type Metric, metricNames } from "../result/result-document.ts";
import type { Matched } from "./match-members.ts";
import { metrics, type OwnAnswers } from "./own-queries.ts";

const rowsShown = 5;

/** The first rows of each metric: by their label's values, which only the operator may ask for. */
export function showRows(
  asked: OwnAnswers,
  { name, unit, memory }: OwnExporter,
  { prometheus }: PoolSpec,
  matchLabels: ReadonlySet<string>,
): readonly string[] {
  const { label } = prometheus.match;
  const textOf = ({ labels, values }: Series) => {
    const host = labels[label];
    const whose = host === undefined ? `no label "${label}"` : JSON.stringify(host);
    return `${matchLabels.has(label) ? whose : "a host"}: ${values.at(-1)}`;
  };
  return metrics
    .filter((metric) => metric === "cpu" || memory !== undefined)
    .map((metric) => {
      const { rows } = asked[metric];
      const some = rows.slice(0, rowsShown).map(textOf).join(", ");
      const more = rows.length > rowsShown ? `, and ${rows.length - rowsShown} more` : "";
      const which = rows.length === 0 ? "" : ` (${some}${more})`;
      return `Exporter "${name}" gives ${metricNames[metric]} in ${rows.length} row(s), as ${unit}${which}.`;
    });
}

export function warningsOfRows(
  { disputed, strangers }: Matched<Series>,
  { name }: OwnExporter,
  metric: Metric,
  { prometheus }: PoolSpec,
): readonly string[] {
  const what = `exporter "${name}" gives`;
  const [first] = disputed;
  return [
    ...(first === undefined
      ? []
      : [
          `${what} more than one value of ${metricNames[metric]} for ${disputed.length} member(s), such as ${JSON.stringify(first.displayName)}: let its ${metric} expression have one row by ${prometheus.match.label}`,
        ]),
    ...(strangers > 0
      ? [`${what} ${strangers} row(s) of ${metricNames[metric]} that belong to no running member`]
      : []),
  ];
}

export function hintOfRows(
  { cpu, memory }: OwnAnswers,
  { found, strangers }: Matched<Series>,
  cpuOf: (instance: Instance) => Reading,
  { name, unit }: OwnExporter,
  { prometheus }: PoolSpec,
): string | undefined {
  const { label, by } = prometheus.match;
  if (found.size > 0) {
    const areImpossible = [...found.keys()].every((one) => cpuOf(one) === "not_a_number");
    return areImpossible ? `Is the unit of exporter "${name}" really ${unit}?` : undefined;
  }
  if (strangers + cpu.rows.length + memory.rows.length === 0)
    return `The expressions of exporter "${name}" have no row for the pool: does their label "${label}" hold the ${by}?`;
  return `The rows of exporter "${name}" name no running member: keep the label "${label}", as by (${label}) does.`;
}
