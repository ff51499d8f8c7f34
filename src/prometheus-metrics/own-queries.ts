import { type OwnExporter, selectorVariable, windowVariable } from "../config/exporters.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { InvalidRequestError, type UtilizationError } from "../errors.ts";
import { type QueryApi, QueryRefusal, type Series } from "../prometheus/query-api.ts";
import type { Metric } from "../result/result-document.ts";
import { Inquiry } from "./inquiry.ts";
import { type MemberNames, poolSelectors } from "./members.ts";
import { mostHosts } from "./query-span.ts";
import type { Selector } from "./selectors.ts";

/** The rows of one metric, and what the server said beside them. */
export interface OwnAnswer {
  readonly rows: readonly Series[];
  readonly said: Pick<Inquiry, "warnings" | "partial" | "failures">;
}

export const metrics = ["cpu", "memory"] as const;

/** What an exporter of the operator's answered. */
export type OwnAnswers = Readonly<Record<Metric, OwnAnswer>>;

/** VictoriaMetrics answers as of half a minute before the time that its rows have; an expression doesn't say so. */
export async function lagOf(server: QueryApi): Promise<number | undefined> {
  const answer = await server.query("vector(time())").catch(() => undefined);
  const [row] = answer?.series ?? [];
  const [said, meant] = [row?.times[0], row?.values[0]];
  return said === undefined || meant === undefined ? undefined : Math.round(1000 * (said - meant));
}

/** @param members needn't be known where a label names the pool */
export async function askOwnExporter(
  server: QueryApi,
  exporter: OwnExporter,
  spec: PoolSpec,
  members: MemberNames = new Map(),
): Promise<OwnAnswers> {
  const { windowMinutes } = spec;
  const fits = (selector: Selector) =>
    Object.values(ownQueries(exporter, selector, windowMinutes)).every(
      (query) => query === undefined || server.fits(query),
    );
  const selectors = poolSelectors(members, spec, mostHosts, fits);
  const queries = selectors.map((one) => ownQueries(exporter, one, windowMinutes));
  // A failed expression costs its own metric only.
  const of = async (metric: Metric): Promise<OwnAnswer> => {
    const said = new Inquiry(server);
    const own = queries.flatMap((all) => all[metric] ?? []);
    const answers = await Promise.all(own.map((query) => said.query(query)));
    said.failures = said.failures.map((error) => explained(error, exporter, metric));
    return { rows: answers.flatMap((answer) => answer?.series ?? []), said };
  };
  const [cpu, memory] = await Promise.all([of("cpu"), of("memory")]);
  return { cpu, memory };
}

/** The queries about the hosts of a selector. */
export function ownQueries(
  { cpu, memory }: OwnExporter,
  selector: Selector,
  windowMinutes: number,
) {
  // As functions: a replacement that is a text has signs of its own.
  const of = (expression: string) =>
    expression
      .replaceAll(selectorVariable, () => selector)
      .replaceAll(windowVariable, () => `${windowMinutes}m`);
  return { cpu: of(cpu), memory: memory === undefined ? undefined : of(memory) };
}

/** What is wrong with the operator's PromQL is no fault of the function's. */
function explained(
  error: UtilizationError,
  { name }: OwnExporter,
  metric: Metric,
): UtilizationError {
  const { cause } = error;
  if (!(cause instanceof QueryRefusal)) return error;
  const message = `The server refuses the ${metric} expression of exporter "${name}": ${cause.message}`;
  return new InvalidRequestError(message, {
    hint: `Change prometheus.exporters.${name}.${metric} in the function's configuration.`,
  });
}
