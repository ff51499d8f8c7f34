import { toUtilizationError, type UtilizationError } from "../errors.ts";
import { cpuQuery, memoryQuery, type QuerySettings, type Selector } from "./queries.ts";
import type { QueryAnswer } from "./response.ts";
import { readTargets, type Target } from "./target.ts";

/** Evaluates PromQL. */
export interface QueryApi {
  /** @param over aborts when the answer, which takes memory, isn't needed any more */
  query(promql: string, time?: Date, over?: AbortSignal): Promise<QueryAnswer>;
  /** A text of the server's without its credentials, which it may have put there. */
  redact(text: string): string;
}

export interface CpuRamMetrics {
  readonly targets: readonly Target[];
  /** When the server evaluated the query, by its own clock; undefined when nothing matched. */
  readonly evaluatedAt: Date | undefined;
  readonly warnings: readonly string[];
  readonly failures: readonly UtilizationError[];
  /** Which of the two was not answered, for some hosts at least. */
  readonly unanswered: { readonly cpu: boolean; readonly memory: boolean };
}

const nothingAsked: CpuRamMetrics = {
  targets: [],
  evaluatedAt: undefined,
  warnings: [],
  failures: [],
  unanswered: { cpu: false, memory: false },
};

/**
 * The CPU and memory of all hosts of the selectors: two queries for each, and one may fail by
 * itself. All are evaluated at one time, which the first answer tells.
 */
export async function getCpuRamMetrics(
  api: QueryApi,
  selectors: readonly Selector[],
  settings: QuerySettings,
): Promise<CpuRamMetrics> {
  const [first, ...others] = selectors;
  if (first === undefined) return nothingAsked;
  const metrics = await getHostMetrics(api, first, settings);
  const more = await Promise.all(
    others.map((selector) => getHostMetrics(api, selector, settings, metrics.evaluatedAt)),
  );
  const all = [metrics, ...more];
  return {
    targets: all.flatMap(({ targets }) => targets),
    evaluatedAt: all.find(({ evaluatedAt }) => evaluatedAt !== undefined)?.evaluatedAt,
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
    failures: all.flatMap(({ failures }) => failures),
    unanswered: {
      cpu: all.some(({ unanswered }) => unanswered.cpu),
      memory: all.some(({ unanswered }) => unanswered.memory),
    },
  };
}

async function getHostMetrics(
  api: QueryApi,
  selector: Selector,
  settings: QuerySettings,
  time?: Date,
): Promise<CpuRamMetrics> {
  const over = new AbortController();
  const [cpu, memory] = await Promise.allSettled([
    api.query(cpuQuery(selector, settings), time, over.signal),
    api.query(memoryQuery(selector, settings), time, over.signal),
  ]);
  over.abort();
  const answers = { cpu: answerOf(cpu), memory: answerOf(memory) };
  const seconds = answers.cpu?.series[0]?.times[0];
  return {
    targets: readTargets({ ...answers, at: time ?? answers.memory?.answeredAt }, settings),
    evaluatedAt: seconds === undefined ? undefined : new Date(seconds * 1000),
    warnings: [...new Set([...(answers.cpu?.warnings ?? []), ...(answers.memory?.warnings ?? [])])],
    failures: [cpu, memory].flatMap((query) =>
      query.status === "rejected" ? [toUtilizationError(query.reason)] : [],
    ),
    unanswered: { cpu: cpu.status === "rejected", memory: memory.status === "rejected" },
  };
}

function answerOf(query: PromiseSettledResult<QueryAnswer>): QueryAnswer | undefined {
  return query.status === "fulfilled" ? query.value : undefined;
}
