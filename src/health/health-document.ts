import type { EndpointState } from "../resilience/endpoint.ts";
import type { ErrorInfo } from "../result/result-document.ts";
import type { TriggerName } from "../triggers/trigger.ts";

/** One part of the function, and whether it is fit to measure pools. */
export interface HealthCheck {
  readonly status: "ok" | "failed" | "not_checked";
  /** How long its answer took, in milliseconds; not of what nobody had to be asked for. */
  readonly latencyMs?: number;
  /** Only when it was not checked. */
  readonly reason?: string;
  readonly error?: ErrorInfo;
}

/** A configured pool, and whether its members can be listed. */
export interface PoolCheck extends HealthCheck {
  readonly name: string | null;
  readonly instancePoolId: string | null;
}

/** What `{"check": "health"}` answers. */
export interface HealthDocument {
  /** `failed` when a part is. */
  readonly status: "ok" | "failed";
  readonly trigger: TriggerName;
  /** ISO instant. */
  readonly collectedAt: string;
  readonly durationMs: number;
  readonly checks: {
    readonly configuration: HealthCheck & { readonly pools: number };
    /** `expiresAt` is an ISO instant; null when there is no token, or it doesn't say. */
    readonly principal: HealthCheck & { readonly expiresAt: string | null };
    readonly compute: HealthCheck;
    readonly monitoring: HealthCheck;
    /** By the server's name. */
    readonly prometheus: Readonly<Record<string, HealthCheck>>;
    readonly pools: readonly PoolCheck[];
  };
  /** The endpoints that this process has called, and whether they are called at present. */
  readonly circuits: readonly EndpointState[];
}

/** Every part that was checked, by the name that a person knows it by. */
export function partsOf({
  checks,
}: Pick<HealthDocument, "checks">): readonly (readonly [string, HealthCheck])[] {
  const { prometheus, pools, ...single } = checks;
  return [
    ...Object.entries(single),
    ...Object.entries(prometheus).map(([name, check]) => [`prometheus ${name}`, check] as const),
    ...pools.map((check) => [`pool ${check.name ?? check.instancePoolId ?? "?"}`, check] as const),
  ];
}
