import { common, core, monitoring } from "oci-sdk";
import * as v from "valibot";
import type { Environment } from "../config/environment.ts";
import { SourceUnavailableError } from "../errors.ts";
import type { Network } from "../instance-manager/host-directory.ts";
import type { ComputeManagement } from "../instance-manager/instance-manager.ts";
import type { MetricsQuery, Monitoring } from "../oci-metrics/monitoring.ts";
import type { Principal } from "./authentication.ts";
import { fromServiceError, type Operation } from "./service-error.ts";
import { OciTransport } from "./transport.ts";

/** The clients of one region, reduced to the calls that the function makes. */
export interface RegionClients {
  readonly compute: ComputeManagement;
  readonly network: Network;
  readonly monitoring: Monitoring;
}

const instancePools = "read instance-pools";
const getInstancePool: Operation = {
  name: "GetInstancePool",
  service: "Compute",
  policy: instancePools,
};
const listInstancePoolInstances: Operation = {
  name: "ListInstancePoolInstances",
  service: "Compute",
  policy: instancePools,
};
const listVnicAttachments: Operation = {
  name: "ListVnicAttachments",
  service: "Compute",
  policy: "inspect vnic-attachments and inspect instances",
};
const getVnic: Operation = { name: "GetVnic", service: "Networking", policy: "inspect vnics" };
const summarizeMetricsData: Operation = {
  name: "SummarizeMetricsData",
  service: "Monitoring",
  policy: "read metrics",
};

/** OCI writes null for what a resource doesn't have. */
const optionalText = v.pipe(
  v.nullish(v.string()),
  v.transform((text) => text ?? undefined),
);
const instancePool = v.object({ compartmentId: v.string(), displayName: optionalText });
const instanceSummaries = v.array(
  v.object({
    id: v.string(),
    compartmentId: v.string(),
    displayName: optionalText,
    state: v.string(),
    timeCreated: optionalText,
    availabilityDomain: optionalText,
    faultDomain: optionalText,
  }),
);
const vnicAttachments = v.array(v.object({ vnicId: optionalText, lifecycleState: v.string() }));
const vnic = v.object({
  isPrimary: v.nullish(v.boolean(), false),
  privateIp: optionalText,
  ipv6Addresses: v.nullish(v.array(v.string()), []),
  hostnameLabel: optionalText,
});
const metricData = v.array(
  v.object({
    dimensions: v.object({ resourceId: optionalText }),
    // Dates stay strings in the SDK's responses, whatever its types say.
    aggregatedDatapoints: v.array(
      v.object({ timestamp: v.string(), value: v.nullable(v.number()) }),
    ),
  }),
);

/** Makes the SDK's clients of a region, and checks what they answer. */
export function regionClients(
  { signer }: Principal,
  region: string,
  endpoints: Environment["oci"]["endpoints"],
): RegionClients {
  const httpClient = new OciTransport(signer);
  const configuration = {
    circuitBreaker: new common.CircuitBreaker({ disableClientCircuitBreaker: true }),
  };
  const pools = new core.ComputeManagementClient({ httpClient }, configuration);
  const compute = new core.ComputeClient({ httpClient }, configuration);
  const network = new core.VirtualNetworkClient({ httpClient }, configuration);
  const telemetry = new monitoring.MonitoringClient({ httpClient }, configuration);
  for (const client of [pools, compute, network]) {
    client.regionId = region;
    if (endpoints.core !== undefined) client.endpoint = endpoints.core;
  }
  telemetry.regionId = region;
  if (endpoints.monitoring !== undefined) telemetry.endpoint = endpoints.monitoring;
  return {
    compute: computeManagement(pools),
    network: networkSlice(compute, network),
    monitoring: monitoringSlice(telemetry),
  };
}

function computeManagement(client: core.ComputeManagementClient): ComputeManagement {
  return {
    getInstancePool: (request) =>
      call(getInstancePool, async () => {
        const { instancePool: pool } = await client.getInstancePool(request);
        const { compartmentId, displayName } = v.parse(instancePool, pool);
        return { compartmentId, displayName };
      }),
    listInstancePoolInstances: (request) =>
      call(listInstancePoolInstances, async () => {
        const { items, opcNextPage } = await client.listInstancePoolInstances(request);
        return { items: v.parse(instanceSummaries, items), nextPage: opcNextPage || undefined };
      }),
  };
}

function networkSlice(compute: core.ComputeClient, network: core.VirtualNetworkClient): Network {
  return {
    listVnicAttachments: (request) =>
      call(listVnicAttachments, async () => {
        const { items } = await compute.listVnicAttachments(request);
        return v.parse(vnicAttachments, items);
      }),
    getVnic: (request) =>
      call(getVnic, async () => v.parse(vnic, (await network.getVnic(request)).vnic)),
  };
}

function monitoringSlice(client: monitoring.MonitoringClient): Monitoring {
  return {
    summarizeMetricsData: (query: MetricsQuery) =>
      call(summarizeMetricsData, async () => {
        const { compartmentId, ...details } = query;
        const { items } = await client.summarizeMetricsData({
          compartmentId,
          summarizeMetricsDataDetails: details,
        });
        return v.parse(metricData, items);
      }),
  };
}

async function call<T>(operation: Operation, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof SyntaxError || v.isValiError(error)) {
      const message = `${operation.service} answered ${operation.name} with something that is not its API's.`;
      throw new SourceUnavailableError(message, { cause: error });
    }
    throw fromServiceError(error, operation);
  }
}
