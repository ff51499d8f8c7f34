import { common } from "oci-sdk";
import type { Environment } from "../config/environment.ts";
import { NotAuthenticatedError } from "../errors.ts";
import { agentsBy, type ProxySettings } from "../network/proxy.ts";
import type { Principal } from "./principal.ts";
import { readToken } from "./principal-token.ts";
import { principalOfProfile } from "./profile-principal.ts";
import { transportOf } from "./transport.ts";

const hints: Readonly<Record<Environment["OCI_AUTH"], string>> = {
  resource_principal:
    "On OCI Functions the principal is there by itself; elsewhere set OCI_AUTH=config_file or " +
    "OCI_AUTH=instance_principal, or the four OCI_RESOURCE_PRINCIPAL_* variables.",
  instance_principal: "Instance principals exist only on OCI compute instances.",
  config_file: "Cloud Shell signs as its instance, for its user: that works only there.",
};

/**
 * The SDK's own provider for the configured kind of principal. A resource principal whose token
 * and key are files is renewed from them; an inline one lives as long as its token.
 * @throws NotAuthenticatedError when there is no such principal here, or its profile is wrong.
 */
export async function authenticate(
  environment: Environment,
  now: Date,
  findInstance = () => instanceProvider(environment),
): Promise<Principal> {
  const { OCI_AUTH } = environment;
  try {
    switch (OCI_AUTH) {
      case "resource_principal":
        return tokenPrincipal(
          OCI_AUTH,
          common.ResourcePrincipalAuthenticationDetailsProvider.builder(),
        );
      case "instance_principal":
        return tokenPrincipal(OCI_AUTH, await findInstance());
      case "config_file":
        return await principalOfProfile(environment, now, findInstance);
    }
  } catch (error) {
    if (error instanceof NotAuthenticatedError) throw error;
    throw new NotAuthenticatedError(`There is no usable OCI principal (OCI_AUTH=${OCI_AUTH}).`, {
      hint: hints[OCI_AUTH],
      cause: error,
    });
  }
}

/** How long Identity may take for a token, in milliseconds. */
const patienceMs = 10_000;

/**
 * The provider of the instance that this runs on. Its metadata service is never reached through a proxy;
 * Identity, which gives a token for the instance's certificate, is.
 */
async function instanceProvider(
  proxy: ProxySettings,
): Promise<common.AuthenticationDetailsProvider> {
  const provider =
    await new common.InstancePrincipalsAuthenticationDetailsProviderBuilder().build();
  if (proxy.OCI_PROXY === undefined) return provider;
  // The SDK takes no HTTP client for it, but has it as a property, whose signer is private.
  const { federationClient } = provider as unknown as {
    federationClient: { httpClient: common.HttpClient & { signer: common.RequestSigner } };
  };
  const { signer } = federationClient.httpClient;
  const agentOf = agentsBy(proxy);
  const send = (request: common.HttpRequest) => {
    const usage = { calls: 0, retries: 0, bytes: 0 };
    const signal = AbortSignal.timeout(patienceMs);
    const context = { service: "Identity", signal, usage, asker: "function" as const };
    return transportOf(signer, agentOf, context).send(request);
  };
  federationClient.httpClient = { send, signer };
  return provider;
}

function tokenPrincipal(
  kind: "resource_principal" | "instance_principal",
  provider: common.AuthenticationDetailsProvider,
): Principal {
  const region = common.isRegionProvider(provider) ? provider.getRegion()?.regionId : undefined;
  return {
    signer: new common.DefaultRequestSigner(provider),
    region,
    expiresAt: undefined,
    async identify() {
      const token = readToken((await provider.getKeyId()).replace(/^ST\$/, ""));
      const { subject: id, tenancyId, compartmentId, expiresAt } = token ?? {};
      return { kind, id, tenancyId, compartmentId, region, profile: undefined, expiresAt };
    },
  };
}
