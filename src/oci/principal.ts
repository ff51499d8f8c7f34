import type { common } from "oci-sdk";

export const principalKinds = [
  "resource_principal",
  "instance_principal",
  "api_key",
  "session",
  "cloud_shell",
] as const;

type PrincipalKind = (typeof principalKinds)[number];

/** Who signs, as far as a person may see it. */
export interface Signer {
  readonly kind: PrincipalKind;
  /** OCID of the function, the instance or the user. */
  readonly id: string | undefined;
  readonly tenancyId: string | undefined;
  /** The function's own compartment; only a resource principal names it. */
  readonly compartmentId?: string | undefined;
  readonly region: string | undefined;
  /** `profile "PROD" of ~/.oci/config`; undefined for a principal that has none. */
  readonly profile: string | undefined;
  /** Undefined for an API key, which doesn't expire, and for a token that doesn't say. */
  readonly expiresAt: Date | undefined;
}

/** Who OCI_AUTH names, and the signature of it. */
export interface Principal {
  readonly signer: common.DefaultRequestSigner;
  readonly region: string | undefined;
  /** When it has to be looked for again; undefined for what the SDK renews, or never ends. */
  readonly expiresAt: Date | undefined;
  /** Rejects when it has no token any more. */
  readonly identify: () => Promise<Signer>;
}
