import type { Configuration } from "../config/configuration.ts";
import { describeProblems } from "../config/problems.ts";
import { InvalidRequestError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { PrincipalToken } from "../oci/principal-token.ts";
import type { EndpointState } from "../resilience/endpoint.ts";
import { toErrorInfo } from "../result/result-document.ts";
import { stopwatch } from "../stopwatch.ts";
import type { TriggerName } from "../triggers/trigger.ts";
import { askPools, checkCompute, checkMonitoring, checkPool } from "./check-pools.ts";
import { type HealthCheck, type HealthDocument, partsOf } from "./health-document.ts";
import { askPrometheus, type ProbedServices, probe, toCheck } from "./probes.ts";

/** What a health check looks at. */
export interface HealthDependencies extends ProbedServices {
  /** Rejects when nobody is there to sign requests to OCI. */
  readonly findPrincipal: (invocation: Invocation) => Promise<PrincipalToken>;
  /** The endpoints that were called so far. */
  readonly endpoints: () => readonly EndpointState[];
}

/** The call that asks for a check. */
export interface CheckContext {
  readonly trigger: TriggerName;
  readonly configuration: Configuration;
  readonly invocation: Invocation;
}

/**
 * Checks each part by itself, all at once: whoever is configured is asked something small, by calls
 * that collecting makes, too, so that no further permission is needed.
 */
export async function checkHealth(
  { trigger, configuration, invocation }: CheckContext,
  dependencies: HealthDependencies,
): Promise<HealthDocument> {
  const { findPrincipal, endpoints, now } = dependencies;
  const started = now();
  const elapsedMs = stopwatch();
  const pools = askPools(configuration, invocation, dependencies);
  const [principal, monitoring, prometheus, ...compartments] = await Promise.all([
    probe("principal", invocation, findPrincipal),
    checkMonitoring(pools, invocation, dependencies),
    checkPrometheus(configuration, invocation, dependencies),
    ...pools.map(({ compartment }) => compartment),
  ]);
  const expiresAt = "value" in principal ? principal.value.expiresAt : undefined;
  const checks = {
    configuration: { ...checkConfiguration(configuration), pools: configuration.pools.length },
    principal: { ...toCheck(principal), expiresAt: expiresAt?.toISOString() ?? null },
    compute: checkCompute(compartments),
    monitoring,
    prometheus,
    pools: pools.map((pool, index) => checkPool(pool, compartments[index])),
  };
  const failed = partsOf({ checks }).some(([, { status }]) => status === "failed");
  return {
    status: failed ? "failed" : "ok",
    trigger,
    collectedAt: started.toISOString(),
    durationMs: elapsedMs(),
    checks,
    circuits: endpoints(),
  };
}

function checkConfiguration({ pools, problems }: Configuration): HealthCheck {
  const wrongPools = pools.flatMap(({ spec }) => (spec.ok ? [] : spec.problems));
  const all = [...problems, ...wrongPools];
  if (all.length === 0) return { status: "ok" };
  const error = new InvalidRequestError(describeProblems(all));
  return { status: "failed", error: toErrorInfo(error) };
}

async function checkPrometheus(
  { servers }: Configuration,
  invocation: Invocation,
  dependencies: HealthDependencies,
): Promise<Readonly<Record<string, HealthCheck>>> {
  const checks = [...servers.keys()].map(async (name): Promise<[string, HealthCheck]> => {
    const ask = (part: Invocation) => askPrometheus(dependencies, name, part);
    return [name, toCheck(await probe(`prometheus ${name}`, invocation, ask))];
  });
  return Object.fromEntries(await Promise.all(checks));
}
