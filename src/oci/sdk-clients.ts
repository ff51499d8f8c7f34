import { common, core, identity, monitoring, secrets } from "oci-sdk";
import type { Environment } from "../config/environment.ts";
import { connectAhead } from "../network/connect-ahead.ts";
import { agentsBy } from "../network/proxy.ts";
import type { Principal } from "./principal.ts";
import { type CallContext, transportOf } from "./transport.ts";

export type SdkClients = ReturnType<typeof sdkClients>;

/**
 * The SDK's clients of a region, each loaded when it is first called, with the SDK's own retries and
 * circuit breaker switched off: we have ours.
 */
export function sdkClients({ signer }: Principal, region: string, environment: Environment) {
  const configuration: common.ClientConfiguration = {
    circuitBreaker: new common.CircuitBreaker({ disableClientCircuitBreaker: true }),
    retryConfiguration: common.NoRetryConfigurationDetails,
  };
  const agentOf = agentsBy(environment);
  const clientOf = <C extends { regionId: string; endpoint: string }>(
    load: () => new (
      params: { httpClient: common.HttpClient },
      configuration: common.ClientConfiguration,
    ) => C,
    endpoint: string | undefined,
    endpointOf: (made: C) => string | undefined = () => endpoint,
  ) => {
    const clientWith = (httpClient: common.HttpClient): C => {
      const client = new (load())({ httpClient }, configuration);
      client.regionId = region;
      const own = endpointOf(client);
      if (own !== undefined) client.endpoint = own;
      return client;
    };
    return {
      /** Opens connections before they are asked for. */
      connect(count: number): void {
        const url = new URL(clientWith(unasked).endpoint);
        connectAhead(agentOf(url), url, count);
      },
      /** The client for one call: it takes microseconds to make, and knows no call but by its transport. */
      within: (context: CallContext): C => clientWith(transportOf(signer, agentOf, context)),
    };
  };
  const { OCI_CORE_ENDPOINT: iaas, OCI_MONITORING_INGESTION_ENDPOINT: ingestion } = environment;
  return {
    pools: clientOf(() => core.ComputeManagementClient, iaas),
    compute: clientOf(() => core.ComputeClient, iaas),
    network: clientOf(() => core.VirtualNetworkClient, iaas),
    tenancy: clientOf(() => identity.IdentityClient, environment.OCI_IDENTITY_ENDPOINT),
    telemetry: clientOf(() => monitoring.MonitoringClient, environment.OCI_MONITORING_ENDPOINT),
    // The SDK knows only the endpoint that reads.
    ingestion: clientOf(
      () => monitoring.MonitoringClient,
      ingestion,
      (made) => ingestion ?? ingestionEndpoint(made.endpoint),
    ),
    bundles: clientOf(() => secrets.SecretsClient, environment.OCI_SECRETS_ENDPOINT),
  };
}

/** Of a client that only tells where it would call. */
const unasked: common.HttpClient = { send: () => Promise.reject(new Error("not to be called")) };

/** Of `https://telemetry.us-ashburn-1.oraclecloud.com/20180401`, where its PostMetricData is. */
export function ingestionEndpoint(telemetry: string): string {
  return new URL(telemetry).origin.replace("://telemetry.", "://telemetry-ingestion.");
}
