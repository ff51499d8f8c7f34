import PQueue from "p-queue";
import type { Cell, CellResult } from "./cell.ts";
import { runCell } from "./run-cell.ts";
import { Sources } from "./sources.ts";

/** Processes that work; the others wait for a breaker, or are frozen. */
const processesAtWork = 4;
const processes = 30;

/** Plays the cells, each in a function process of its own; the results are in the cells' order. */
export async function runMatrix(
  cells: readonly Cell[],
  onResult: (result: CellResult) => void = () => {},
): Promise<readonly CellResult[]> {
  const sources = await Sources.start();
  const alive = new PQueue({ concurrency: processes });
  const atWork = new PQueue({ concurrency: processesAtWork });
  try {
    return await Promise.all(
      cells.map((cell) =>
        alive.add(async () => {
          const result = await runCell(cell, sources, (work) => atWork.add(work));
          onResult(result);
          return result;
        }, priorityOf(cell)),
      ),
    );
  } finally {
    await sources.close();
  }
}

/** What takes long comes first, or the rest would have to wait for it in the end. */
function priorityOf({ makesKeys = false, sleeps = false }: Cell): { readonly priority: number } {
  return { priority: makesKeys ? 2 : sleeps ? 1 : 0 };
}
