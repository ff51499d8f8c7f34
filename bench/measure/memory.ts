import type { Source } from "../../src/config/pool-spec.ts";
import { peakMbOf, residentMbOf } from "../process-usage.ts";
import { loadOnePool, type Site, withFunction } from "../site.ts";
import { poolIdOf } from "../tenancy.ts";

/** Resident memory of the function's process in MB, one value for each process measured. */
export interface Memory {
  readonly source: Source;
  readonly atFirstResponse: readonly number[];
  readonly afterThousand: readonly number[];
  /** The most there ever was, until after the pool of 1,000. */
  readonly peak: readonly number[];
}

const processes = 5;

/** After a pool of one instance, which is the first response, and after one of 1,000. */
export async function measureMemory(site: Site, source: Source): Promise<Memory> {
  const request = { instancePoolId: poolIdOf(0), source };
  const measured = {
    atFirstResponse: [] as number[],
    afterThousand: [] as number[],
    peak: [] as number[],
  };
  for (let turn = 0; turn < processes; turn++) {
    await loadOnePool(site, 1, 0);
    await withFunction(site, async (fn) => {
      await fn.askInTurn(request);
      measured.atFirstResponse.push(residentMbOf(fn.pid));
      await loadOnePool(site, 1_000, 0);
      await fn.askInTurn(request);
      measured.afterThousand.push(residentMbOf(fn.pid));
      measured.peak.push(peakMbOf(fn.pid));
    });
  }
  return { source, ...measured };
}
