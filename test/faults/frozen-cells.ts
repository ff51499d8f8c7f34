import { setTimeout as delay } from "node:timers/promises";
import type { InjectedFault } from "../support/fault-proxy.ts";
import { blackHole, reset } from "../support/faults.ts";
import { poolId } from "../support/ocids.ts";
import type { Cell } from "./cell.ts";
import { optionsOf, proxyOf, type Target } from "./target.ts";
import type { World } from "./world.ts";

const frozenMs = 30_000;

/** Fn freezes a function within 50 ms of its answer, and a machine may stand still at any time. */
export function frozenCells(target: Target): readonly Cell[] {
  const between = (how: string, inject: (world: World) => unknown): Cell => ({
    target: target.name,
    fault: ["frozen 30 s between calls", how].filter(Boolean).join(", "),
    expected: ["ok"],
    asked: "never",
    options: () => optionsOf(target),
    sleeps: true,
    warm: true,
    inject: async (world) => {
      await openConnections(world);
      world.agent.freeze();
      await inject(world);
      await delay(frozenMs);
    },
    call: async (world) => {
      const underWay = world.ask();
      await delay(200);
      world.agent.thaw();
      return underWay;
    },
    heal: (world) => {
      for (const proxy of Object.values(world.proxies)) proxy.clear();
    },
  });
  return [
    between("", () => {}),
    between("connections closed meanwhile", (world) => {
      for (const proxy of Object.values(world.proxies)) proxy.dropConnections();
    }),
    between("connections reset when used again", (world) => forgetConnections(world, reset)),
    between("connections dead when used again", (world) => forgetConnections(world, blackHole)),
    frozenDuringCall(target),
  ];
}

/** Several to each service, as one request about several pools does. */
async function openConnections(world: World): Promise<void> {
  const { source } = world.options;
  const windows = ["5m", "10m", "15m", "20m"];
  const pools = windows.map((window) => ({ instancePoolId: poolId, source, window }));
  await world.agent.invoke(JSON.stringify({ pools }));
}

/** The connections that there are; new ones are good. */
function forgetConnections(world: World, fault: InjectedFault): void {
  for (const proxy of Object.values(world.proxies)) {
    const forgotten = new Set(proxy.sockets);
    proxy.inject(fault, { where: ({ socket }) => forgotten.has(socket) });
  }
}

/**
 * The answers are there when it thaws, and the deadline has passed. Fn would have killed it; what
 * it says is of no use any more, but it has to live, and to be right again.
 */
function frozenDuringCall(target: Target): Cell {
  return {
    target: target.name,
    fault: "frozen 30 s during a call",
    expected: ["ok", "partial", "DEADLINE_EXCEEDED"],
    asked: "any",
    options: () => ({ ...optionsOf(target), graceMs: 60_000 }),
    sleeps: true,
    inject: () => {},
    call: async (world) => {
      const proxy = proxyOf(target, world);
      const asked = new Promise<void>((resolve) => {
        proxy.inject(
          {
            respond: async ({ response, forward }) => {
              world.agent.freeze();
              const { status, body } = await forward();
              response.writeHead(status, { "content-type": "application/json" });
              response.end(body, resolve);
            },
          },
          { where: target.where },
        );
      });
      const underWay = world.ask();
      await asked;
      await delay(frozenMs);
      proxy.clear();
      world.agent.thaw();
      return underWay;
    },
    heal: () => {},
  };
}
