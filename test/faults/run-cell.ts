import { setTimeout as delay } from "node:timers/promises";
import type { Cell, CellResult } from "./cell.ts";
import { outcomeOf } from "./outcome.ts";
import { memoryOf } from "./process-usage.ts";
import type { Sources } from "./sources.ts";
import { World } from "./world.ts";

/** Has work done when there is a turn for it. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** How long a circuit breaker refuses calls, with a margin. */
const breakerOpenMs = 30_500;
const breakerPatience = 2;
const warmAttempts = 5;

/** Plays one cell on a new function process: the fault, the call, and the call after it. */
export async function runCell(cell: Cell, sources: Sources, turns: Turns): Promise<CellResult> {
  const inTurn: Turns = cell.sleeps ? (work) => work() : turns;
  const { options, world } = await turns(() => startWorld(cell, sources));
  try {
    const { pid } = world.agent;
    const fault = await inTurn(() => meetFault(cell, world));
    await cell.heal(world);
    const next = await askUntilClosed(world, inTurn);
    return {
      cell: { target: cell.target, fault: cell.fault },
      ...fault,
      timeoutMs: world.options.timeoutMs,
      ...next,
      survived: world.agent.pid === pid,
      peakMegabytes: peakMegabytes(world.agent.pid),
      strayed: world.elsewhere.requests,
      leaks: world.leaks(),
    };
  } finally {
    await world.close();
    if (options.emulator !== undefined) await options.emulator.close();
  }
}

async function startWorld(cell: Cell, sources: Sources) {
  const options = await cell.options(sources);
  const world = await World.start(sources, options);
  // The machine may be so busy that a first call is not done in time: that is not the cell's fault.
  for (let attempt = 1; cell.warm && attempt <= warmAttempts; attempt++) {
    if (outcomeOf(await world.ask(), options.source) === "ok") break;
  }
  return { options, world };
}

async function meetFault(cell: Cell, world: World) {
  await cell.inject(world);
  const before = world.faults;
  const started = performance.now();
  const response = await (cell.call?.(world) ?? world.ask());
  const durationMs = Math.round(performance.now() - started);
  const outcome = outcomeOf(response, world.options.source);
  return { outcome, durationMs, faults: world.faults - before };
}

/** The breaker counts by the clock on the wall, and so do we. */
async function askUntilClosed(world: World, turns: Turns) {
  const ask = async () => outcomeOf(await world.ask(), world.options.source);
  let next = await turns(ask);
  let refused = 0;
  while (next === "CIRCUIT_OPEN" && refused++ < breakerPatience) {
    await delay(breakerOpenMs);
    next = await turns(ask);
  }
  return { next, afterBreaker: refused > 0 };
}

/** The most that the process had, but for what is mapped from files, which the system can take back. */
function peakMegabytes(pid: number | undefined): number | undefined {
  const memory = memoryOf(pid);
  return memory && Math.round(memory.peak - memory.files);
}
