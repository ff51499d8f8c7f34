import { type Collectors, getCollector } from "./collectors/get-collector.ts";
import { sources } from "./config/pool-spec.ts";
import type { RequestedPool } from "./config/requested-pool.ts";
import { toUtilizationError } from "./errors.ts";
import { groupBy } from "./group-by.ts";
import type { Invocation } from "./invocation.ts";
import type { Logger } from "./logger.ts";
import { failedPoolResult, toPoolResult } from "./result/pool-result.ts";
import { ResultsInMemory } from "./result/response-limit.ts";
import type { PoolResult } from "./result/result-document.ts";

/** What is read of a pool takes memory until it is a result: a large one has thousands of members. */
const poolsAtOnce = 32;

/** Measures the requested pools, and gives their results in the same order. It never throws. */
export async function processPools(
  pools: readonly RequestedPool[],
  collectors: Collectors,
  invocation: Invocation,
): Promise<readonly PoolResult[]> {
  const specs = pools.flatMap((pool) => ("spec" in pool ? pool.spec : []));
  for (const source of sources) {
    const own = specs.filter((spec) => spec.source === source);
    collectors[source].prepare(own, invocation);
  }
  // Views of one pool share the list of its members, and so are measured together.
  const views = groupBy(pools.entries(), ([, pool]) =>
    "spec" in pool ? pool.spec.instancePoolId : pool,
  );
  const results = new ResultsInMemory();
  const waiting = views.values();
  const processInTurn = async () => {
    for (const together of waiting) {
      const measured = together.map(async ([place, pool]) =>
        results.set(place, await processPool(pool, collectors, invocation)),
      );
      await Promise.all(measured);
    }
  };
  await Promise.all(Array.from({ length: poolsAtOnce }, processInTurn));
  return results.all;
}

/** Measures one requested pool. It never throws: what goes wrong is the pool's own result. */
export async function processPool(
  requested: RequestedPool,
  collectors: Collectors,
  invocation: Invocation,
): Promise<PoolResult> {
  const { logger } = invocation;
  if ("error" in requested) {
    const { label, error } = requested;
    logger.error("Pool refused", error, { pool: label });
    return failedPoolResult(
      { name: label, instancePoolId: null, source: null, statistic: null },
      error,
    );
  }
  const { spec, warnings } = requested;
  const { instancePoolId, source, statistic, name = instancePoolId } = spec;
  const log = logger.child({ instance_pool_id: instancePoolId, source });
  try {
    log.debug("Measuring pool", { window_minutes: spec.windowMinutes, statistic });
    const collector = getCollector(spec, collectors);
    const metrics = await invocation.inTimeOrInPart(collector.getMetrics(spec, invocation));
    for (const failure of metrics.metrics?.failures ?? []) log.error("Query failed", failure);
    const result = toPoolResult(spec, metrics, warnings);
    logResult(result, log);
    return result;
  } catch (thrown) {
    const error = toUtilizationError(thrown);
    log.error("Pool failed", error, { pool: name });
    return failedPoolResult({ name, instancePoolId, source, statistic }, error, warnings);
  }
}

function logResult({ name, status, cpu, memory, instances, error }: PoolResult, log: Logger): void {
  const keys = {
    pool: name,
    status,
    cpu_average: cpu.average,
    memory_average: memory.average,
    instances_total: instances?.total,
    instances_running: instances?.running,
    instances_counted: instances?.counted,
    instances_reporting: instances?.reporting,
  };
  if (error === undefined) log.info("Pool measured", keys);
  else log.warn("Pool measured, but without a result", { ...keys, error_code: error.code });
}
