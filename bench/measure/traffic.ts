import type { MeasuredSource } from "../naive/way.ts";
import { loadOnePool, type Site, takeTraffic, withFunction } from "../site.ts";
import { compartmentId, poolIdOf } from "../tenancy.ts";

/** What one pool of so many members costs in calls and bytes. */
export interface Traffic {
  readonly source: MeasuredSource;
  readonly members: number;
  /** The first call of a process, and one after. */
  readonly cold: Calls;
  readonly warm: Calls;
  readonly naive?: Pick<Calls, "calls" | "bytes">;
  /** By how much, in percentage points, the two ways' averages differ at most. */
  readonly difference?: number;
}

interface Calls {
  readonly getPool: number;
  readonly pages: number;
  /** To OCI Monitoring or Prometheus. */
  readonly queries: number;
  readonly calls: number;
  /** On the wire, both ways, headers and all. */
  readonly bytes: number;
}

export const sizes: readonly number[] = [1, 10, 100, 1_000, 2_000];

/** Counts, at pools of all sizes; the naive way only up to `naiveUpTo` members. */
export async function measureTraffic(
  site: Site,
  source: MeasuredSource,
  naiveUpTo: number,
): Promise<readonly Traffic[]> {
  const rows: Traffic[] = [];
  const all = source === "prometheus" ? [...sizes, 250].sort((a, b) => a - b) : sizes;
  for (const members of all) {
    await loadOnePool(site, members, 0);
    rows.push(await measureOne(site, source, members, naiveUpTo));
  }
  return rows;
}

function measureOne(
  site: Site,
  source: MeasuredSource,
  members: number,
  naiveUpTo: number,
): Promise<Traffic> {
  const request = { instancePoolId: poolIdOf(0), source };
  return withFunction(site, async (fn) => {
    const { document } = await fn.askInTurn(request);
    const cold = await takeCalls(site);
    await fn.askInTurn(request);
    const warm = await takeCalls(site);
    const counted = { source, members, cold, warm };
    const [pool] = document.pools;
    if (pool?.status !== "ok") throw new Error(JSON.stringify(document));
    if (members > naiveUpTo) return counted;
    const naive = await site.naive.ask("measure", { ...request, compartmentId, concurrency: 10 });
    const difference = Math.max(
      Math.abs(Number(pool.cpu.average) - naive.cpu),
      Math.abs(Number(pool.memory.average) - naive.memory),
    );
    return { ...counted, naive: await takeCalls(site), difference };
  });
}

async function takeCalls(site: Site): Promise<Calls> {
  const { getPool, pages, metricQueries, prometheusQueries, calls, bytes } =
    await takeTraffic(site);
  return { getPool, pages, queries: metricQueries + prometheusQueries.length, calls, bytes };
}
