import type { SignerInfo } from "../../src/health/health-document.ts";
import type { Signer } from "../../src/oci/principal.ts";

/** A resource principal of which nothing else is known. */
export const aSigner: Signer = {
  kind: "resource_principal",
  id: undefined,
  tenancyId: undefined,
  region: undefined,
  profile: undefined,
  expiresAt: undefined,
};

/** What a health check says of who signs when that could not be found out. */
export const unknownSigner: SignerInfo = {
  kind: null,
  id: null,
  tenancyId: null,
  region: null,
  profile: null,
  expiresAt: null,
};
