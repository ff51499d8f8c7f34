import { canLimitMemory } from "../../local/fn-agent/limits.ts";
import type { FunctionProcess } from "../function-process.ts";
import type { MeasuredSource } from "../naive/way.ts";
import { peakMbOf, residentMbOf } from "../process-usage.ts";
import { loadOnePool, type Site, withFunction } from "../site.ts";
import { poolIdOf } from "../tenancy.ts";

/** Resident memory of the function's process in MB, one value for each process measured. */
export interface Memory {
  readonly source: MeasuredSource;
  /** The limit that the process ran under, in MB; undefined when it had the whole machine. */
  readonly limitMb: number | undefined;
  readonly atFirstResponse: readonly number[];
  readonly afterThousand: readonly number[];
  /** The most there ever was, until after the pool of 1,000. */
  readonly peak: readonly number[];
}

const processes = 5;
/** Of the smallest function. */
const smallestMb = 128;

/**
 * After a pool of one instance, which is the first response, and after one of 1,000: in as much memory
 * as the smallest function has, where such a limit can be made, and without a limit.
 */
export async function measureMemory(
  site: Site,
  source: MeasuredSource,
): Promise<readonly Memory[]> {
  const limited = canLimitMemory() ? [await measureUnder(smallestMb, site, source)] : [];
  return [...limited, await measureUnder(undefined, site, source)];
}

async function measureUnder(
  limitMb: number | undefined,
  site: Site,
  source: MeasuredSource,
): Promise<Memory> {
  const request = { instancePoolId: poolIdOf(0), source };
  const measured = {
    atFirstResponse: [] as number[],
    afterThousand: [] as number[],
    peak: [] as number[],
  };
  for (let turn = 0; turn < processes; turn++) {
    await loadOnePool(site, 1, 0);
    const measure = async (fn: FunctionProcess) => {
      await fn.askInTurn(request);
      measured.atFirstResponse.push(residentMbOf(fn.pid));
      await loadOnePool(site, 1_000, 0);
      await fn.askInTurn(request);
      measured.afterThousand.push(residentMbOf(fn.pid));
      measured.peak.push(peakMbOf(fn.pid));
    };
    await withFunction(site, measure, limitMb === undefined ? {} : { memoryMb: limitMb });
  }
  return { source, limitMb, ...measured };
}

/** One request for 1,000 pools of 100 members, in a container of 256 MB where one can be had. */
export interface LargeRequest {
  readonly limitMb: number | undefined;
  readonly measured: number;
  readonly peakMb: number;
}

export async function measureLargeRequest(site: Site): Promise<LargeRequest> {
  const pools = 1_000;
  await site.oci.ask("load", { pools, members: 100 });
  await site.oci.ask("setLatency", 0);
  const request = {
    pools: Array.from({ length: pools }, (_, pool) => ({ instancePoolId: poolIdOf(pool) })),
  };
  const limitMb = canLimitMemory() ? 2 * smallestMb : undefined;
  const ask = async (fn: FunctionProcess) => {
    const { document } = await fn.ask(request);
    const measured = document.pools.filter(({ status }) => status === "ok").length;
    return { limitMb, measured, peakMb: peakMbOf(fn.pid) };
  };
  return withFunction(site, ask, limitMb === undefined ? {} : { memoryMb: limitMb });
}
