import { common, core, identity, monitoring, secrets } from "oci-sdk";
import type { Environment } from "../config/environment.ts";
import { agentsFor, guardedAgents } from "../network/agents.ts";
import { agentsBeside } from "../network/proxy.ts";
import { once } from "../once.ts";
import type { Principal } from "./principal.ts";
import { type CallContext, OciTransport } from "./transport.ts";

export type SdkClients = ReturnType<typeof sdkClients>;

/**
 * The SDK's clients of a region, each loaded and made when it is first called, with the SDK's own retries
 * and circuit breaker switched off: we have ours.
 */
export function sdkClients(
  { signer }: Principal,
  region: string,
  { endpoints, proxy }: Environment["oci"],
) {
  const configuration: common.ClientConfiguration = {
    circuitBreaker: new common.CircuitBreaker({ disableClientCircuitBreaker: true }),
    retryConfiguration: common.NoRetryConfigurationDetails,
  };
  const guarded = guardedAgents();
  const transportTo = (endpoint: string | undefined) => {
    const direct = endpoint === undefined ? guarded : agentsFor(endpoint);
    return new OciTransport(signer, agentsBeside(direct, proxy));
  };
  const clientOf = <C extends { regionId: string; endpoint: string }>(
    load: () => new (
      params: { httpClient: OciTransport },
      configuration: common.ClientConfiguration,
    ) => C,
    endpoint: string | undefined,
    endpointOf: (made: C) => string | undefined = () => endpoint,
  ) => {
    const shared = once(() => {
      const transport = transportTo(endpoint);
      const client = new (load())({ httpClient: transport }, configuration);
      client.regionId = region;
      const own = endpointOf(client);
      if (own !== undefined) client.endpoint = own;
      return { client, transport };
    });
    return {
      /** Opens connections before they are asked for. */
      connect(count: number): void {
        const { client, transport } = shared();
        transport.connectAhead(client.endpoint, count);
      },
      /**
       * The client as it makes one call. It is the SDK's property that differs: for AsyncLocalStorage, Node 22
       * follows every promise of the process.
       */
      within(context: CallContext): C {
        const { client, transport } = shared();
        return Object.create(client, { _httpClient: { value: transport.within(context) } });
      },
    };
  };
  const { core: iaas, monitoring: telemetry, ingestion, secrets: vault, identity: iam } = endpoints;
  return {
    pools: clientOf(() => core.ComputeManagementClient, iaas),
    compute: clientOf(() => core.ComputeClient, iaas),
    network: clientOf(() => core.VirtualNetworkClient, iaas),
    tenancy: clientOf(() => identity.IdentityClient, iam),
    telemetry: clientOf(() => monitoring.MonitoringClient, telemetry),
    // The SDK knows only the endpoint that reads.
    ingestion: clientOf(
      () => monitoring.MonitoringClient,
      ingestion,
      (made) => ingestion ?? ingestionEndpoint(made.endpoint),
    ),
    bundles: clientOf(() => secrets.SecretsClient, vault),
  };
}

/** Of `https://telemetry.us-ashburn-1.oraclecloud.com/20180401`, where its PostMetricData is. */
export function ingestionEndpoint(telemetry: string): string {
  return new URL(telemetry).origin.replace("://telemetry.", "://telemetry-ingestion.");
}
