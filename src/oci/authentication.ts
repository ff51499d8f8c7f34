import { common } from "oci-sdk";
import type { OciAuth } from "../config/environment.ts";
import { NotAuthenticatedError } from "../errors.ts";

/** Who OCI_AUTH names, and the signature of it. */
export interface Principal {
  readonly provider: common.AuthenticationDetailsProvider;
  readonly signer: common.DefaultRequestSigner;
}

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
 * @throws NotAuthenticatedError when there is no such principal here, or its key can't be read.
 */
export async function authenticate(auth: OciAuth): Promise<Principal> {
  try {
    const provider = await createProvider(auth);
    return { provider, signer: new common.DefaultRequestSigner(provider) };
  } catch (error) {
    throw new NotAuthenticatedError(`There is no usable OCI principal (OCI_AUTH=${auth.kind}).`, {
      hint: hints[auth.kind],
      // The SDK quotes the line of a config file that it can't read, and that may be a secret.
      cause: auth.kind === "config_file" ? undefined : error,
    });
  }
}

async function createProvider(auth: OciAuth): Promise<common.AuthenticationDetailsProvider> {
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
}
