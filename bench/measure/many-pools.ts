import { setTimeout as delay } from "node:timers/promises";
import type { RecordedRequest } from "../../local/oci-emulator/exchange.ts";
import { FunctionProcess } from "../function-process.ts";
import { type Site, takeTraffic } from "../site.ts";
import { mostInAnySecond } from "../spread.ts";
import { poolIdOf, type Size } from "../tenancy.ts";

/** One request for pools of one compartment. */
export interface ManyPools extends Size {
  /** How many of the compartment's pools were asked for. */
  readonly asked: number;
  readonly cold: PoolsCall;
  /** The next call of the same process; undefined when Fn had ended it, or it was not asked. */
  readonly warm: PoolsCall | undefined;
}

export interface PoolsCall {
  /** Undefined when the function did not answer in func.yaml's time. */
  readonly ms: number | undefined;
  readonly measured: number;
  readonly calls: number;
  readonly metricQueries: number;
  readonly mostQueriesInASecond: number;
  /** The most calls of which each began when the one before had its answer. */
  readonly inARow: number;
}

interface Asked {
  /** @default all */
  readonly asked?: number;
  readonly warm: boolean;
  /** @default the function of this work tree */
  readonly bundle?: string;
  /** Further keys of each pool's spec. */
  readonly spec?: object;
  /** The round trip. @default 20 */
  readonly latencyMs?: number;
}

/** So that a call's queries don't count among those of the call before. */
const pauseMs = 1_100;

/** Cold, and then warm if that is asked. */
export async function measureManyPools(
  site: Site,
  size: Size,
  { asked = size.pools, warm, bundle, spec = {}, latencyMs = 20 }: Asked,
): Promise<ManyPools> {
  await site.oci.ask("load", size);
  await site.oci.ask("setLatency", latencyMs);
  await takeTraffic(site);
  const pools = Array.from({ length: asked }, (_, pool) => ({
    instancePoolId: poolIdOf(pool),
    ...spec,
  }));
  const fn = await FunctionProcess.start(site.environment, bundle === undefined ? {} : { bundle });
  try {
    const call = async (): Promise<PoolsCall> => {
      const answer = await fn.ask({ pools }).catch(() => undefined);
      const { requests } = await takeTraffic(site);
      const queries = requests.filter(({ operation }) => operation === "SummarizeMetricsData");
      return {
        ms: answer?.ms,
        measured: answer?.document.pools.filter(({ status }) => status === "ok").length ?? 0,
        calls: requests.length,
        metricQueries: queries.length,
        mostQueriesInASecond: mostInAnySecond(queries.map(({ receivedAtMs }) => receivedAtMs)),
        inARow: longestRow(requests),
      };
    };
    const cold = await call();
    if (cold.ms === undefined || !warm) return { ...size, asked, cold, warm: undefined };
    await delay(pauseMs);
    return { ...size, asked, cold, warm: await call() };
  } finally {
    await fn.close();
  }
}

function longestRow(requests: readonly RecordedRequest[]): number {
  const inOrder = [...requests].sort((a, b) => a.receivedAtMs - b.receivedAtMs);
  const ended: { readonly atMs: number; readonly row: number }[] = [];
  for (const { receivedAtMs, answeredAtMs = Number.POSITIVE_INFINITY } of inOrder) {
    const before = ended.filter(({ atMs }) => atMs <= receivedAtMs).map(({ row }) => row);
    ended.push({ atMs: answeredAtMs, row: 1 + Math.max(0, ...before) });
  }
  return Math.max(0, ...ended.map(({ row }) => row));
}
