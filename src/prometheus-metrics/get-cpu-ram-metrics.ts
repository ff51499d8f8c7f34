import { toUtilizationError, type UtilizationError } from "../errors.ts";
import { cpuQuery, memoryQuery, type QuerySettings, type Selector } from "./queries.ts";
import type { QueryAnswer } from "./response.ts";
import { readTargets, type Target } from "./target.ts";

/** Evaluates PromQL. */
export interface QueryApi {
  query(promql: string): Promise<QueryAnswer>;
}

export interface CpuRamMetrics {
  readonly targets: readonly Target[];
  /** When the server evaluated the query, by its own clock; undefined when nothing matched. */
  readonly evaluatedAt: Date | undefined;
  readonly warnings: readonly string[];
  readonly failures: readonly UtilizationError[];
}

/** The CPU and memory of all hosts of a selector: two queries, and one may fail by itself. */
export async function getCpuRamMetrics(
  api: QueryApi,
  selector: Selector,
  settings: QuerySettings,
): Promise<CpuRamMetrics> {
  const [cpu, memory] = await Promise.allSettled([
    api.query(cpuQuery(selector, settings)),
    api.query(memoryQuery(selector, settings)),
  ]);
  const answers = { cpu: answerOf(cpu), memory: answerOf(memory) };
  const seconds = answers.cpu?.series[0]?.points[0]?.[0];
  return {
    targets: readTargets(answers, settings),
    evaluatedAt: seconds === undefined ? undefined : new Date(seconds * 1000),
    warnings: [...new Set([...(answers.cpu?.warnings ?? []), ...(answers.memory?.warnings ?? [])])],
    failures: [cpu, memory].flatMap((query) =>
      query.status === "rejected" ? [toUtilizationError(query.reason)] : [],
    ),
  };
}

function answerOf(query: PromiseSettledResult<QueryAnswer>): QueryAnswer | undefined {
  return query.status === "fulfilled" ? query.value : undefined;
}
