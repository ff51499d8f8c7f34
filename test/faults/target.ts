import type { IncomingMessage } from "node:http";
import type { InjectedFault, InjectOptions } from "../support/fault-proxy.ts";
import { type Dialect, ociDialect, prometheusDialect } from "../support/source-dialects.ts";
import type { Asked, Cell, Outcome } from "./cell.ts";
import type { Service, World, WorldOptions } from "./world.ts";

/** A call that the function makes, and that faults are put into. */
export interface Target {
  readonly name: string;
  readonly service: Service;
  readonly source: WorldOptions["source"];
  readonly dialect: Dialect;
  /** Which of the service's requests are meant. */
  readonly where: (request: IncomingMessage) => boolean;
  /** How many of them a pool takes. */
  readonly requests: number;
}

export const targets: readonly Target[] = [
  {
    name: "OCI membership",
    service: "compute",
    source: "oci",
    dialect: ociDialect,
    where: ({ url = "" }) => /^\/20160918\/instancePools\/[^/]+\/instances\?/.test(url),
    requests: 1,
  },
  {
    name: "OCI metrics",
    service: "monitoring",
    source: "oci",
    dialect: ociDialect,
    where: () => true,
    requests: 2,
  },
  {
    name: "Prometheus",
    service: "prometheus",
    source: "prometheus",
    dialect: prometheusDialect,
    where: () => true,
    requests: 2,
  },
];

export function proxyOf(target: Target, world: World) {
  return world.proxies[target.service];
}

/** A cell whose fault answers the target's requests until it is taken away. */
export function faultCell(
  target: Target,
  fault: string,
  inject: InjectedFault | ((world: World) => InjectedFault),
  expected: readonly Outcome[],
  asked: Asked = "any",
  options: InjectOptions = {},
): Cell {
  return {
    target: target.name,
    fault,
    expected,
    asked,
    options: () => ({ source: target.source }),
    inject: (world) => {
      const injected = typeof inject === "function" ? inject(world) : inject;
      proxyOf(target, world).inject(injected, { where: target.where, ...options });
    },
    heal: (world) => proxyOf(target, world).clear(),
  };
}
