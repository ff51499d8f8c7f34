import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { FnResponse } from "../../local/fn-agent/response.ts";
import type { ResultDocument } from "../../src/result/result-document.ts";
import type { Cell, CellResult, Outcome } from "./cell.ts";
import { type Sources, truth } from "./sources.ts";
import { World, type WorldOptions } from "./world.ts";

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
  const before = faultsOf(world);
  const started = performance.now();
  const response = await (cell.call?.(world) ?? world.ask());
  const durationMs = Math.round(performance.now() - started);
  const outcome = outcomeOf(response, world.options.source);
  return { outcome, durationMs, faults: faultsOf(world) - before };
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

function faultsOf({ proxies }: World): number {
  return Object.values(proxies).reduce((sum, { faults }) => sum + faults, 0);
}

/** What an answer says, and whether it is true. */
export function outcomeOf(response: FnResponse, source: WorldOptions["source"]): Outcome {
  if (response.status !== 200) return `Fn: ${response.status}`;
  const { error, pools } = response.json() as ResultDocument;
  const [pool] = pools;
  if (pool === undefined) return error?.code ?? "wrong";
  if (pool.error !== undefined) return pool.error.code;
  const right = (["cpu", "memory"] as const).every((metric) => {
    const { average, reporting } = pool[metric];
    const missing = average === null && reporting === 0;
    return (pool.status === "partial" && missing) || average === truth[source][metric];
  });
  return right && pool.status !== "failed" ? pool.status : "wrong";
}

function peakMegabytes(pid: number | undefined): number | undefined {
  if (process.platform !== "linux" || pid === undefined) return undefined;
  const [, kilobytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}
