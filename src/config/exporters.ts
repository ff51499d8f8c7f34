import * as v from "valibot";
import { doc } from "./doc.ts";
import { check, key, requiredKey } from "./keys.ts";
import { type Checked, failed } from "./problems.ts";

/** The exporters whose series are known here; `auto` recognizes each host's own. */
export const exporterNames = [
  "auto",
  "node",
  "windows",
  "opentelemetry",
  "collectd",
  "netdata",
] as const;

export type ExporterName = (typeof exporterNames)[number];

/** Stands in an expression for the matchers of the pool's members. */
export const selectorVariable = "$selector";
/** Stands in an expression for the window, as PromQL writes a duration. */
export const windowVariable = "$window";

/** Several of them have room in a query with the names of many members. */
const longestExpression = 2_000;

const expression = v.pipe(
  v.string(),
  v.check(
    (text) => text.includes(selectorVariable),
    `has no ${selectorVariable}: it would be about every host of the server`,
  ),
  v.maxLength(longestExpression, `must have ${longestExpression} characters at most`),
);

/** One exporter of `prometheus.exporters`. */
export const ownExporter = v.object({
  cpu: requiredKey(
    expression,
    doc(
      "PromQL that gives one row for each host, with the label that match names; $selector stands for the matchers of the pool's members, $window for the window.",
      { example: "avg by (instance) (avg_over_time(acme_cpu_busy_ratio{$selector}[$window]))" },
    ),
  ),
  memory: key(expression, doc("The same for memory. Default: memory is missing.")),
  unit: requiredKey(v.picklist(["percent", "ratio"]), doc("What the rows are in.")),
});

/** An exporter of the operator's: PromQL that gives one row for each host. */
export interface OwnExporter extends Readonly<v.InferOutput<typeof ownExporter>> {
  readonly name: string;
}

/** Reads one exporter of `prometheus.exporters`. */
export function readExporter(name: string, value: unknown, path: string): Checked<OwnExporter> {
  if (exporterNames.some((known) => known === name)) {
    return failed(path, "is the name of an exporter that is known");
  }
  const checked = check(ownExporter, value, path);
  return checked.ok ? { ok: true, value: { name, ...checked.value } } : checked;
}
