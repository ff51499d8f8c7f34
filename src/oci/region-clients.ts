import { common, core, monitoring, secrets } from "oci-sdk";
import * as v from "valibot";
import type { Environment } from "../config/environment.ts";
import { Secret } from "../config/secret.ts";
import type { Network } from "../instance-manager/host-directory.ts";
import type { ComputeManagement } from "../instance-manager/instance-manager.ts";
import type { Invocation } from "../invocation.ts";
import { agentsFor, guardedAgents } from "../network/agents.ts";
import type { Monitoring } from "../oci-metrics/monitoring.ts";
import type { Ingestion } from "../publishing/ingestion.ts";
import type { CallLimit } from "../resilience/call-limit.ts";
import { Endpoint } from "../resilience/endpoint.ts";
import * as answers from "./answers.ts";
import type { Principal } from "./authentication.ts";
import { type Caller, callerOf, operations } from "./operation.ts";
import { OciTransport } from "./transport.ts";

/** The calls that the function makes in one region, for one invocation. */
export interface RegionCalls {
  /** Its id. */
  readonly region: string;
  readonly compute: ComputeManagement;
  readonly network: Network;
  readonly monitoring: Monitoring;
  readonly ingestion: Ingestion;
  readonly vault: Vault;
}

/** The secrets of OCI Vault. */
interface Vault {
  /** The current version of the secret, as text. */
  readSecret(secretId: string): Promise<Secret>;
}

type Service = "core" | "monitoring" | "ingestion" | "vault";

/** What the clients of all regions share. */
export interface ClientOptions {
  readonly endpoints: Environment["oci"]["endpoints"];
  readonly limits: Readonly<Record<Service, CallLimit>>;
  readonly now: () => Date;
}

/** The clients of one region; made once per process, as are their connections and circuits. */
export class RegionClients {
  readonly endpoints: Readonly<Record<Service, Endpoint>>;
  readonly #region: string;
  readonly #sdk: ReturnType<typeof sdkClients>;

  constructor(principal: Principal, region: string, { endpoints, limits, now }: ClientOptions) {
    this.#region = region;
    this.#sdk = sdkClients(principal, region, endpoints);
    this.endpoints = {
      core: new Endpoint({ name: `Compute in ${region}`, limit: limits.core, now }),
      monitoring: new Endpoint({ name: `Monitoring in ${region}`, limit: limits.monitoring, now }),
      ingestion: new Endpoint({
        name: `Monitoring's ingestion in ${region}`,
        limit: limits.ingestion,
        now,
      }),
      vault: new Endpoint({ name: `Vault in ${region}`, limit: limits.vault, now }),
    };
  }

  callsFor(invocation: Invocation): RegionCalls {
    const { pools, compute, network, telemetry, ingestion, bundles } = this.#sdk;
    const { core: coreEndpoint, monitoring: monitoringEndpoint, vault } = this.endpoints;
    const callCore = callerOf(coreEndpoint, invocation);
    return {
      region: this.#region,
      compute: computeCalls(callCore, pools),
      network: networkCalls(callCore, compute, network),
      monitoring: {
        region: this.#region,
        ...monitoringCalls(callerOf(monitoringEndpoint, invocation), telemetry),
      },
      ingestion: ingestionCalls(callerOf(this.endpoints.ingestion, invocation), ingestion),
      vault: vaultCalls(callerOf(vault, invocation), bundles),
    };
  }
}

/** The SDK's clients, with the SDK's own retries and circuit breaker switched off: we have ours. */
function sdkClients(
  { signer }: Principal,
  region: string,
  endpoints: Environment["oci"]["endpoints"],
) {
  const configuration = {
    circuitBreaker: new common.CircuitBreaker({ disableClientCircuitBreaker: true }),
    retryConfiguration: common.NoRetryConfigurationDetails,
  };
  const guarded = guardedAgents();
  const via = (endpoint: string | undefined) => ({
    httpClient: new OciTransport(signer, endpoint === undefined ? guarded : agentsFor(endpoint)),
  });
  const at = <C extends { regionId: string; endpoint: string }>(
    client: C,
    endpoint: string | undefined,
  ): C => {
    client.regionId = region;
    if (endpoint !== undefined) client.endpoint = endpoint;
    return client;
  };
  const { core: iaas, monitoring: telemetry, ingestion, secrets: vault } = endpoints;
  const writer = at(new monitoring.MonitoringClient(via(ingestion), configuration), ingestion);
  // The SDK knows only the endpoint that reads.
  if (ingestion === undefined) writer.endpoint = ingestionEndpoint(writer.endpoint);
  return {
    pools: at(new core.ComputeManagementClient(via(iaas), configuration), iaas),
    compute: at(new core.ComputeClient(via(iaas), configuration), iaas),
    network: at(new core.VirtualNetworkClient(via(iaas), configuration), iaas),
    telemetry: at(new monitoring.MonitoringClient(via(telemetry), configuration), telemetry),
    ingestion: writer,
    bundles: at(new secrets.SecretsClient(via(vault), configuration), vault),
  };
}

/** Of `https://telemetry.us-ashburn-1.oraclecloud.com/20180401`, where its PostMetricData is. */
export function ingestionEndpoint(telemetry: string): string {
  return new URL(telemetry).origin.replace("://telemetry.", "://telemetry-ingestion.");
}

function computeCalls(call: Caller, client: core.ComputeManagementClient): ComputeManagement {
  return {
    getInstancePool: (request) =>
      call(operations.getInstancePool, async () => {
        const { instancePool } = await client.getInstancePool(request);
        const { compartmentId, displayName } = v.parse(answers.instancePool, instancePool);
        return { compartmentId, displayName };
      }),
    listInstancePoolInstances: (request) =>
      call(operations.listInstancePoolInstances, async () => {
        const { items, opcNextPage } = await client.listInstancePoolInstances(request);
        return {
          items: v.parse(answers.instanceSummaries, items),
          nextPage: opcNextPage || undefined,
        };
      }),
  };
}

function networkCalls(
  call: Caller,
  compute: core.ComputeClient,
  network: core.VirtualNetworkClient,
): Network {
  return {
    listVnicAttachments: (request) =>
      call(operations.listVnicAttachments, async () =>
        v.parse(answers.vnicAttachments, (await compute.listVnicAttachments(request)).items),
      ),
    getVnic: (request) =>
      call(operations.getVnic, async () =>
        v.parse(answers.vnic, (await network.getVnic(request)).vnic),
      ),
  };
}

function monitoringCalls(
  call: Caller,
  client: monitoring.MonitoringClient,
): Omit<Monitoring, "region"> {
  return {
    summarizeMetricsData: ({ compartmentId, ...summarizeMetricsDataDetails }) =>
      call(operations.summarizeMetricsData, async () => {
        const request = { compartmentId, summarizeMetricsDataDetails };
        return v.parse(answers.metricData, (await client.summarizeMetricsData(request)).items);
      }),
  };
}

function ingestionCalls(call: Caller, client: monitoring.MonitoringClient): Ingestion {
  return {
    postMetricData: (metrics) =>
      call(operations.postMetricData, async () => {
        const metricData = metrics.map(
          ({ timestamp, value, resourceGroup, dimensions, ...stream }) => ({
            ...stream,
            ...(resourceGroup === undefined ? {} : { resourceGroup }),
            dimensions: { ...dimensions },
            datapoints: [{ timestamp, value }],
          }),
        );
        const { postMetricDataResponseDetails: answer } = await client.postMetricData({
          postMetricDataDetails: { metricData },
        });
        const { failedMetricsCount, failedMetrics } = v.parse(answers.postOutcome, answer);
        return {
          refusedCount: failedMetricsCount,
          refused: failedMetrics.map(({ message, metricData: { name, dimensions } }) => ({
            name,
            dimensions,
            message,
          })),
        };
      }),
  };
}

function vaultCalls(call: Caller, client: secrets.SecretsClient): Vault {
  return {
    readSecret: (secretId) =>
      call(operations.getSecretBundle, async () => {
        const { secretBundle } = await client.getSecretBundle({ secretId });
        const { content } = v.parse(answers.secretBundle, secretBundle).secretBundleContent;
        return new Secret(Buffer.from(content, "base64").toString("utf8"));
      }),
  };
}
