import type { IncomingMessage } from "node:http";
import { tenancyId } from "../../local/oci-emulator/tenancy.ts";
import type { InjectedFault, InjectOptions } from "../support/fault-proxy.ts";
import { type Dialect, ociDialect, prometheusDialect } from "../support/source-dialects.ts";
import type { Asked, Cell, Outcome } from "./cell.ts";
import { vaultSecretId } from "./sources.ts";
import type { Service, World, WorldOptions } from "./world.ts";

/** A call that the function makes, and that faults are put into. */
export interface Target {
  readonly name: string;
  readonly service: Service;
  readonly source: WorldOptions["source"];
  /** More of the function's configuration. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default names the pool */
  readonly request?: object;
  readonly dialect: Dialect;
  /** What its statuses mean. */
  readonly meaning: "oci" | "vault" | "prometheus";
  /** Which of the service's requests are meant. */
  readonly where: (request: IncomingMessage) => boolean;
  /** How many of them a pool takes. */
  readonly requests: number;
}

/** What the function calls for every pool. */
export const targets: readonly Target[] = [
  {
    name: "OCI membership",
    service: "compute",
    source: "oci",
    dialect: ociDialect,
    meaning: "oci",
    where: ({ url = "" }) => /^\/20160918\/instancePools\/[^/]+\/instances\?/.test(url),
    requests: 1,
  },
  {
    name: "OCI metrics",
    service: "monitoring",
    source: "oci",
    dialect: ociDialect,
    meaning: "oci",
    where: () => true,
    requests: 2,
  },
  {
    name: "Prometheus",
    service: "prometheus",
    source: "prometheus",
    dialect: prometheusDialect,
    meaning: "prometheus",
    where: () => true,
    requests: 2,
  },
];

/** What it calls once, before it first asks a Prometheus server whose token is in Vault. */
export const vault: Target = {
  name: "Vault",
  service: "vault",
  source: "prometheus",
  environment: {
    PROMETHEUS_BEARER_TOKEN: "",
    PROMETHEUS_BEARER_TOKEN_SECRET_ID: vaultSecretId,
  },
  dialect: ociDialect,
  meaning: "vault",
  where: () => true,
  requests: 1,
};

/** What it calls to find the pools of a compartment and of those below it. */
export const identity: Target = {
  name: "OCI compartments",
  service: "identity",
  source: "oci",
  request: { select: { compartmentId: tenancyId, includeSubcompartments: true } },
  dialect: ociDialect,
  meaning: "oci",
  where: () => true,
  requests: 1,
};

export const allTargets: readonly Target[] = [...targets, vault, identity];

export function optionsOf({ source, environment = {}, request }: Target): WorldOptions {
  return request === undefined ? { source, environment } : { source, environment, request };
}

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
    options: () => optionsOf(target),
    inject: (world) => {
      const injected = typeof inject === "function" ? inject(world) : inject;
      proxyOf(target, world).inject(injected, { where: target.where, ...options });
    },
    heal: (world) => proxyOf(target, world).clear(),
  };
}
