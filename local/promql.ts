import { parser } from "@prometheus-io/lezer-promql";
import { type OwnExporter, selectorVariable, windowVariable } from "../src/config/exporters.ts";
import { joinPath, type Problem } from "../src/config/problems.ts";

/** Expressions of the operator's exporters that Prometheus' own grammar does not know. */
export function problemsOfExporters(
  exporters: ReadonlyMap<string, OwnExporter>,
  path: string,
): readonly Problem[] {
  return [...exporters.values()].flatMap(({ name, cpu, memory }) =>
    Object.entries({ cpu, memory }).flatMap(([metric, expression]) => {
      const wrong = expression === undefined ? undefined : errorIn(expression);
      if (wrong === undefined) return [];
      const message = `is no PromQL: there is something wrong at ${JSON.stringify(wrong)}`;
      return [{ path: joinPath(joinPath(path, name), metric), message }];
    }),
  );
}

const shown = 40;

/** What follows where an expression goes wrong, with the variables as the function replaces them. */
function errorIn(expression: string): string | undefined {
  const promql = expression
    .replaceAll(selectorVariable, () => 'instance=~"member"')
    .replaceAll(windowVariable, () => "5m");
  let at: number | undefined;
  parser.parse(promql).iterate({
    enter: ({ type, from }) => {
      if (type.isError) at ??= from;
    },
  });
  return at === undefined ? undefined : promql.slice(at, at + shown) || "its end";
}
