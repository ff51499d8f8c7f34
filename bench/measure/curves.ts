import type { FunctionProcess } from "../function-process.ts";
import type { MeasuredSource } from "../naive/way.ts";
import { loadOnePool, type Site, withFunction } from "../site.ts";
import { compartmentId, poolIdOf } from "../tenancy.ts";
import { sizes } from "./traffic.ts";

/** How long one pool takes, warm, in turns: each array has one value, in ms, for each turn. */
export interface Cell {
  readonly source: MeasuredSource;
  readonly members: number;
  readonly latencyMs: number;
  readonly ours: readonly number[];
  readonly sequential: Naive;
  readonly concurrent: Naive;
}

export interface Naive {
  readonly ms: readonly number[];
  /** So many members were asked for; the time is in proportion when these are not all. */
  readonly asked: number;
}

export const latencies: readonly number[] = [0, 20, 100];
/** Of the naive way that is not one after the other. */
export const concurrency = 10;

/** A naive run may take so long; of a longer one, a part is measured that takes less. */
const longestRunMs = 4_600;
const partMs = 2_000;
/** What a request costs beside its round trip, roughly. */
const ownMs = 2.5;

/** All sizes and round trips, ours and the naive way by turns. */
export async function measureCurves(
  site: Site,
  progress: (text: string) => void,
): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const source of ["oci", "prometheus"] as const) {
    await withFunction(site, async (fn) => {
      for (const latencyMs of latencies) {
        for (const members of sizes) {
          progress(`${source}: ${members} members at ${latencyMs} ms`);
          await loadOnePool(site, members, latencyMs);
          cells.push(await measureCell(site, fn, { source, members, latencyMs }));
        }
      }
    });
  }
  return cells;
}

async function measureCell(
  site: Site,
  fn: FunctionProcess,
  { source, members, latencyMs }: Pick<Cell, "source" | "members" | "latencyMs">,
): Promise<Cell> {
  const request = { instancePoolId: poolIdOf(0), source };
  const ours: number[] = [];
  const ways = [1, concurrency].map((atOnce) => {
    const memberMs = (2 * (latencyMs + ownMs)) / atOnce;
    const whole = memberMs * members <= longestRunMs;
    return {
      atOnce,
      memberMs,
      most: whole ? members : Math.ceil(partMs / memberMs),
      ms: [] as number[],
    };
  });
  const turnMs = ways.reduce((sum, { memberMs, most }) => sum + memberMs * most, 0);
  await fn.askInTurn(request);
  for (let turn = 0; turn < (turnMs < 2_000 ? 7 : 3); turn++) {
    ours.push((await fn.askInTurn(request)).ms);
    for (const { atOnce, most, ms } of ways) {
      const naive = { ...request, compartmentId, concurrency: atOnce, most };
      const { listMs, queryMs, asked } = await site.naive.ask("measure", naive);
      ms.push(listMs + (queryMs * members) / asked);
    }
  }
  const [sequential, concurrent] = ways.map(({ ms, most }) => ({ ms, asked: most }));
  if (sequential === undefined || concurrent === undefined) throw new Error("unreachable");
  return { source, members, latencyMs, ours, sequential, concurrent };
}
