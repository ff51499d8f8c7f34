import { setTimeout as delay } from "node:timers/promises";
import { type Site, takeTraffic, withFunction } from "../site.ts";
import { mostInAnySecond } from "../spread.ts";
import { poolIdOf } from "../tenancy.ts";

/** One request for so many pools of one compartment. */
export interface ManyPools {
  readonly pools: number;
  readonly cold: PoolsCall;
  /** The next call of the same process; undefined when Fn had ended it, or it was not asked. */
  readonly warm: PoolsCall | undefined;
}

export interface PoolsCall {
  /** Undefined when the function did not answer in func.yaml's time. */
  readonly ms: number | undefined;
  readonly measured: number;
  readonly getPool: number;
  readonly pages: number;
  readonly metricQueries: number;
  readonly mostQueriesInASecond: number;
}

export const membersOfEach = 3;
export const poolCounts: readonly number[] = [1, 10, 100, 500];
const latencyMs = 20;
/** So that a call's queries don't count among those of the call before. */
const pauseMs = 1_100;

/** Cold, and then warm if that is asked, at a round trip of 20 ms. */
export async function measureManyPools(
  site: Site,
  pools: number,
  { warm }: { readonly warm: boolean },
): Promise<ManyPools> {
  await site.oci.ask("load", { pools, members: membersOfEach });
  await site.oci.ask("setLatency", latencyMs);
  await takeTraffic(site);
  const request = {
    pools: Array.from({ length: pools }, (_, pool) => ({ instancePoolId: poolIdOf(pool) })),
  };
  return withFunction(site, async (fn) => {
    const call = async (): Promise<PoolsCall> => {
      const answer = await fn.ask(request).catch(() => undefined);
      const { requests, getPool, pages, metricQueries } = await takeTraffic(site);
      const instants = requests
        .filter(({ operation }) => operation === "SummarizeMetricsData")
        .map(({ receivedAtMs }) => receivedAtMs);
      return {
        ms: answer?.ms,
        measured: answer?.document.pools.filter(({ status }) => status === "ok").length ?? 0,
        getPool,
        pages,
        metricQueries,
        mostQueriesInASecond: mostInAnySecond(instants),
      };
    };
    const cold = await call();
    if (cold.ms === undefined || !warm) return { pools, cold, warm: undefined };
    await delay(pauseMs);
    return { pools, cold, warm: await call() };
  });
}
