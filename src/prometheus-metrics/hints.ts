import type { PoolSpec } from "../config/pool-spec.ts";
import type { QueryApi } from "../prometheus/query-api.ts";
import type { InstanceMetrics } from "../result/pool-metrics.ts";
import type { MissingReason } from "../result/reading.ts";
import type { Metric } from "../result/result-document.ts";
import { explainOnPrometheus } from "./findings.ts";
import type { MemberNames } from "./members.ts";
import { labelValuesQuery } from "./queries.ts";

/** What to change where all is missing for one cause; else what may be in the way. */
export function sharedHint(
  { readings, explanations }: Pick<InstanceMetrics, "readings" | "explanations">,
  spec: PoolSpec,
): string {
  const general = (reason: MissingReason) =>
    explainOnPrometheus(reason, ["cpu", "memory"], spec).hint;
  const hints = [...readings].flatMap(([id, { cpu, memory }]) =>
    Object.entries({ cpu, memory }).map(([metric, reading]) =>
      typeof reading === "number"
        ? general("no_data")
        : (explanations?.get(id)?.[metric as Metric]?.hint ?? general(reading)),
    ),
  );
  const [first, ...others] = new Set(hints);
  return first === undefined || others.length > 0 ? general("no_data") : first;
}

const namesShown = 5;

/** Names the values that the label does have: a person sees at once what doesn't fit. */
export async function labelHint(
  server: QueryApi,
  { instancePoolId, prometheus }: PoolSpec,
  members: MemberNames,
  matchLabels: ReadonlySet<string>,
): Promise<string | undefined> {
  const { match, matchers } = prometheus;
  const { label, by } = match;
  const answer = await server.query(labelValuesQuery(label, matchers)).catch(() => undefined);
  if (answer === undefined) return undefined;
  const values = answer.series
    .map(({ labels }) => (Object.hasOwn(labels, label) ? labels[label] : undefined))
    .filter((value) => value !== undefined)
    .map((value) => server.redact(value));
  if (values.length > 0) {
    const names = by === "poolId" ? [instancePoolId] : [...members.values()].flat();
    const missing = `No series has the ${by} of a running member${names.length > 0 ? ` (${quoted(names)})` : ""} in the label "${label}"`;
    // A caller who may choose the label could read any.
    return matchLabels.has(label)
      ? `${missing}; it holds values such as ${quoted(values)}.`
      : `${missing}. The values of a label are shown when the configuration matches by it.`;
  }
  return answer.series.length > 0
    ? `No host's series has the label "${label}" on server "${prometheus.server}".`
    : `Server "${prometheus.server}" has no series of an exporter that is known here.`;
}

function quoted(texts: readonly string[]): string {
  return texts
    .slice(0, namesShown)
    .map((text) => JSON.stringify(text))
    .join(", ");
}
