import { setTimeout as delay } from "node:timers/promises";
import type { InjectedFault } from "../support/fault-proxy.ts";
import { blackHole, reset } from "../support/faults.ts";
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
    asked: "any",
    options: () => optionsOf(target),
    sleeps: true,
    warm: true,
    inject: async (world) => {
      world.agent.freeze();
      await inject(world);
      await delay(frozenMs);
      world.agent.thaw();
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
    between("connections dead when used again", (world) => {
      // Everywhere, one after the other, would be more than one call can wait for.
      forgetConnections(world, blackHole, [proxyOf(target, world)]);
    }),
    frozenDuringCall(target),
  ];
}

function forgetConnections(
  world: World,
  fault: InjectedFault,
  proxies = Object.values(world.proxies),
): void {
  for (const proxy of proxies) {
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
    expected: ["ok", "partial", "DEADLINE_EXCEEDED", "SOURCE_UNAVAILABLE"],
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
