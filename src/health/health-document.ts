import type { Signer } from "../oci/principal.ts";
import type { EndpointState } from "../resilience/endpoint.ts";
import type { DocumentHead, ErrorInfo } from "../result/result-document.ts";

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

/** Who signs the requests to OCI; null is what is not known, or not there. */
export interface SignerInfo {
  readonly kind: Signer["kind"] | null;
  /** OCID of the user, the function or the instance. */
  readonly id: string | null;
  /** `profile "PROD" of ~/.oci/config` */
  readonly profile: string | null;
  readonly tenancyId: string | null;
  readonly region: string | null;
  /** ISO instant; null without a token, or when it doesn't say. */
  readonly expiresAt: string | null;
}

/** What `{"check": "health"}` answers. */
export interface HealthDocument extends DocumentHead {
  /** `failed` when a part is. */
  readonly status: "ok" | "failed";
  readonly checks: {
    readonly configuration: HealthCheck & { readonly pools: number };
    readonly principal: HealthCheck & SignerInfo;
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
