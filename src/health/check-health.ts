import type { Collectors } from "../collectors/get-collector.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Invocation } from "../invocation.ts";
import type { Signer } from "../oci/principal.ts";
import type { EndpointState } from "../resilience/endpoint.ts";
import type { DocumentHead } from "../result/result-document.ts";
import { checkCompute, checkMonitoring, checkPools, invalid } from "./check-pools.ts";
import {
  type HealthCheck,
  type HealthDocument,
  partsOf,
  type SignerInfo,
} from "./health-document.ts";
import { type ProbedServices, probe } from "./probes.ts";

/** What a health check looks at. */
export interface HealthDependencies extends ProbedServices {
  readonly collectors: Collectors;
  /** Rejects when nobody is there to sign requests to OCI. */
  readonly findPrincipal: (invocation: Invocation) => Promise<Signer>;
  /** The endpoints that were called so far. */
  readonly endpoints: () => readonly EndpointState[];
}

/**
 * Checks each part by itself, all at once: whoever is configured is asked something small, by calls
 * that collecting makes, too, so that no further permission is needed.
 */
export async function checkHealth(
  configuration: Configuration,
  invocation: Invocation,
  dependencies: HealthDependencies,
): Promise<Omit<HealthDocument, keyof DocumentHead>> {
  const { findPrincipal, endpoints } = dependencies;
  const asked = checkPools(configuration, invocation, dependencies);
  const [principal, monitoring, prometheus, pools] = await Promise.all([
    probe("principal", invocation, findPrincipal),
    checkMonitoring(asked, invocation, dependencies.collectors),
    checkPrometheus(configuration, invocation, dependencies),
    Promise.all(asked),
  ]);
  const checks = {
    configuration: { ...checkConfiguration(configuration), pools: pools.length },
    principal: { ...principal.check, ...toSigner(principal.found) },
    compute: checkCompute(pools),
    monitoring,
    prometheus,
    pools: pools.map(({ check }) => check),
  };
  const failed = partsOf({ checks }).some(([, { status }]) => status === "failed");
  return { status: failed ? "failed" : "ok", checks, circuits: endpoints() };
}

function toSigner(signer: Partial<Signer> = {}): SignerInfo {
  const { kind, id, profile, tenancyId, region, expiresAt } = signer;
  return {
    kind: kind ?? null,
    id: id ?? null,
    profile: profile ?? null,
    tenancyId: tenancyId ?? null,
    region: region ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

function checkConfiguration({ pools, problems }: Configuration): HealthCheck {
  const all = [...problems, ...pools.flatMap(({ spec }) => (spec.ok ? [] : spec.problems))];
  return all.length === 0 ? { status: "ok" } : invalid(all);
}

async function checkPrometheus(
  { servers }: Configuration,
  invocation: Invocation,
  { serverNamed }: ProbedServices,
): Promise<Readonly<Record<string, HealthCheck>>> {
  const checks = [...servers.keys()].map(async (name) => {
    // It touches no series, and every server that speaks PromQL knows it.
    const ask = async (part: Invocation) => (await serverNamed(name, part)).query("vector(1)");
    return [name, (await probe(`prometheus ${name}`, invocation, ask)).check] as const;
  });
  return Object.fromEntries(await Promise.all(checks));
}
