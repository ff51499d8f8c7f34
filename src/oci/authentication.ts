import { common } from "oci-sdk";
import type { OciAuth } from "../config/environment.ts";
import { NotAuthenticatedError } from "../errors.ts";

/** Signs as whoever OCI_AUTH names. */
export type AuthenticationProvider = common.AuthenticationDetailsProvider;

const hints: Readonly<Record<OciAuth["kind"], string>> = {
  resource_principal:
    "On OCI Functions the principal is there by itself; elsewhere set OCI_AUTH=config_file or " +
    "OCI_AUTH=instance_principal, or the four OCI_RESOURCE_PRINCIPAL_* variables.",
  instance_principal: "Instance principals exist only on OCI compute instances.",
  config_file:
    "Check OCI_CONFIG_FILE (default ~/.oci/config), OCI_CONFIG_PROFILE and the key file.",
};

/**
 * The SDK's own provider for the configured kind of principal. A resource principal whose token
 * and key are files is renewed from them; an inline one lives as long as its token.
 * @throws NotAuthenticatedError when there is no such principal here.
 */
export async function authenticate(auth: OciAuth): Promise<AuthenticationProvider> {
  try {
    switch (auth.kind) {
      case "resource_principal":
        return common.ResourcePrincipalAuthenticationDetailsProvider.builder();
      case "instance_principal":
        return await new common.InstancePrincipalsAuthenticationDetailsProviderBuilder().build();
      case "config_file":
        return new common.ConfigFileAuthenticationDetailsProvider(
          auth.configFile,
          auth.configProfile,
        );
    }
  } catch (cause) {
    throw new NotAuthenticatedError(`There is no usable OCI principal (OCI_AUTH=${auth.kind}).`, {
      hint: hints[auth.kind],
      cause,
    });
  }
}
