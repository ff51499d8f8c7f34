import type { Configuration } from "./config/configuration.ts";
import { isJsonObject } from "./config/json-object.ts";
import { describeProblems } from "./config/problems.ts";
import { InvalidRequestError, toUtilizationError, type UtilizationError } from "./errors.ts";
import type { Invocation } from "./invocation.ts";
import type { EndpointState } from "./resilience/endpoint.ts";
import { type ErrorInfo, toErrorInfo } from "./result/result-document.ts";
import type { TriggerName } from "./triggers/trigger.ts";

/** What a health check looks at. */
export interface HealthDependencies {
  readonly findPrincipal: () => Promise<void>;
  readonly endpoints: () => readonly EndpointState[];
  readonly now: () => Date;
}

/** One part of the function, and whether it is fit to measure pools. */
interface HealthCheck {
  readonly status: "ok" | "failed";
  readonly error?: ErrorInfo;
}

/** What `{"check": "health"}` answers. */
export interface HealthDocument {
  readonly status: "ok" | "failed";
  readonly trigger: TriggerName;
  /** ISO instant. */
  readonly collectedAt: string;
  readonly durationMs: number;
  readonly checks: {
    readonly configuration: HealthCheck & { readonly pools: number };
    readonly principal: HealthCheck;
  };
  /** The endpoints that this process has called, and whether they are called at present. */
  readonly circuits: readonly EndpointState[];
}

/**
 * Whether the body asks for a health check.
 * @throws InvalidRequestError when it asks for a check that doesn't exist.
 */
export function isHealthCheck(body: unknown): boolean {
  if (!isJsonObject(body) || body["check"] === undefined) return false;
  if (body["check"] !== "health") throw new InvalidRequestError('check: expected "health"');
  return true;
}

/** Checks what can be checked without a network: the configuration, and that there is a principal. */
export async function checkHealth(
  trigger: TriggerName,
  configuration: Configuration,
  invocation: Invocation,
  dependencies: HealthDependencies,
): Promise<HealthDocument> {
  const { findPrincipal, endpoints, now } = dependencies;
  const started = now();
  const principal = invocation.inTime(findPrincipal());
  const checks = {
    configuration: {
      ...resultOf(configurationError(configuration)),
      pools: configuration.pools.length,
    },
    principal: resultOf(await principal.then(() => undefined, toUtilizationError)),
  };
  const failed = Object.values(checks).some(({ status }) => status === "failed");
  return {
    status: failed ? "failed" : "ok",
    trigger,
    collectedAt: started.toISOString(),
    durationMs: now().getTime() - started.getTime(),
    checks,
    circuits: endpoints(),
  };
}

function configurationError({ pools, problems }: Configuration): InvalidRequestError | undefined {
  const wrongPools = pools.flatMap(({ spec }) => (spec.ok ? [] : spec.problems));
  const all = [...problems, ...wrongPools];
  return all.length === 0 ? undefined : new InvalidRequestError(describeProblems(all));
}

function resultOf(error: UtilizationError | undefined): HealthCheck {
  return error === undefined ? { status: "ok" } : { status: "failed", error: toErrorInfo(error) };
}
