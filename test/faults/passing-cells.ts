import type { InjectedFault } from "../support/fault-proxy.ts";
import { blackHole, gatewayError, halfABody, refusal, reset } from "../support/faults.ts";
import type { Cell } from "./cell.ts";
import { faultCell, optionsOf, proxyOf, type Target } from "./target.ts";

/** Of this a fault leaves enough for another try on a busy machine, too. */
const timeoutMs = 40_000;

/** Faults of one request, which the same call gets over. */
export function passingCells(target: Target): readonly Cell[] {
  const { dialect } = target;
  const once: readonly (readonly [fault: string, inject: InjectedFault])[] = [
    ["connection reset", reset],
    ["black hole", blackHole],
    ["half a body", halfABody],
    ["429", refusal(dialect, 429)],
    ["429, Retry-After: 1 second", refusal(dialect, 429, { "retry-after": "1" })],
    ["500", refusal(dialect, 500)],
    ["502 with a gateway's HTML", gatewayError(502)],
    ["503", refusal(dialect, 503)],
    ["504 with a gateway's HTML", gatewayError(504)],
  ];
  return [
    ...once.map(([fault, inject]) => ({
      ...faultCell(target, `${fault}, once`, inject, ["ok"], "any", { times: 1 }),
      options: () => ({ ...optionsOf(target), timeoutMs }),
      sleeps: inject === blackHole,
    })),
    throttledUntilADate(target),
  ];
}

/** Connections that are kept, and that the network forgets between two calls. */
export function deadConnectionCells(target: Target): readonly Cell[] {
  return [
    deadConnections(target, "connections reset when they are used again", reset),
    deadConnections(target, "connections dead when they are used again", blackHole),
  ];
}

/** The date is made when the fault is: it is seconds away, and headers have no fractions of one. */
function throttledUntilADate(target: Target): Cell {
  const inSeconds = () => new Date(Date.now() + 2_000).toUTCString();
  return faultCell(
    target,
    "429, Retry-After: a date in 2 seconds, once",
    () => refusal(target.dialect, 429, { "retry-after": inSeconds() }),
    ["ok"],
    "any",
    { times: 1 },
  );
}

/** What a NAT or firewall makes of connections that it has forgotten; new ones are good. */
function deadConnections(target: Target, fault: string, inject: InjectedFault): Cell {
  return {
    ...faultCell(target, fault, inject, ["ok"]),
    sleeps: inject === blackHole,
    warm: true,
    inject: (world) => {
      const proxy = proxyOf(target, world);
      const forgotten = new Set(proxy.sockets);
      proxy.inject(inject, { where: ({ socket }) => forgotten.has(socket) });
    },
  };
}
