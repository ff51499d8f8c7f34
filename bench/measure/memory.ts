import type { Source } from "../../src/config/pool-spec.ts";
import type { FunctionProcess } from "../function-process.ts";
import { limitMemory, type MemoryLimit } from "../memory-limit.ts";
import { peakMbOf, residentMbOf } from "../process-usage.ts";
import { loadOnePool, type Site, withFunction } from "../site.ts";
import { poolIdOf } from "../tenancy.ts";

/** Resident memory of the function's process in MB, one value for each process measured. */
export interface Memory {
  readonly source: Source;
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
export async function measureMemory(site: Site, source: Source): Promise<readonly Memory[]> {
  const limit = limitMemory(smallestMb);
  try {
    const limited = limit === undefined ? [] : [await measureUnder(limit, site, source)];
    return [...limited, await measureUnder(undefined, site, source)];
  } finally {
    limit?.remove();
  }
}

async function measureUnder(
  limit: MemoryLimit | undefined,
  site: Site,
  source: Source,
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
    await withFunction(site, measure, limit?.nodePath);
  }
  return { source, limitMb: limit?.megabytes, ...measured };
}
