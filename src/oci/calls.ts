import type { monitoring } from "oci-sdk";
import * as v from "valibot";
import { Secret } from "../secret.ts";
import * as answers from "./answers.ts";
import { ArrayReader } from "./array-reader.ts";
import { operations } from "./operations.ts";
import { inQuery, pagesOf } from "./pages.ts";
import type { SdkClients } from "./sdk-clients.ts";
import type { Caller } from "./transport.ts";

interface ListRequest {
  readonly compartmentId: string;
  /** How many a page has at most. */
  readonly limit?: number;
}

/** The largest page that Oracle's API reference allows. */
const pageSize = 1000;

export type Service = "core" | "identity" | "monitoring" | "ingestion" | "vault";

/** The calls that the function makes in one region, for one invocation. */
export type RegionCalls = ReturnType<typeof regionCalls>;

export function regionCalls(region: string, sdk: SdkClients, call: (service: Service) => Caller) {
  return {
    /** Its id. */
    region,
    compute: computeCalls(call("core"), sdk),
    network: networkCalls(call("core"), sdk),
    identity: identityCalls(call("identity"), sdk),
    monitoring: monitoringCalls(call("monitoring"), sdk),
    ingestion: ingestionCalls(call("ingestion"), sdk),
    vault: vaultCalls(call("vault"), sdk),
  };
}

/** The calls of Compute Management that tell which pools there are, and who is in them. */
export type ComputeManagement = ReturnType<typeof computeCalls>;

function computeCalls(call: Caller, sdk: SdkClients) {
  return {
    getInstancePool: (request: { readonly instancePoolId: string }) =>
      call(operations.getInstancePool, async (context) => {
        const { instancePool } = await sdk.pools.within(context).getInstancePool(request);
        return v.parse(answers.instancePool, instancePool);
      }),
    listInstancePools: (request: ListRequest) =>
      pagesOf(call, operations.listInstancePools, answers.poolSummary, request, (one, context) =>
        sdk.pools.within(context).listInstancePools({ limit: pageSize, ...one }),
      ),
    listInstancePoolInstances: (request: ListRequest & { readonly instancePoolId: string }) =>
      pagesOf(
        call,
        operations.listInstancePoolInstances,
        answers.instanceSummary,
        request,
        (one, context) =>
          sdk.pools.within(context).listInstancePoolInstances({ limit: pageSize, ...one }),
      ),
  };
}

/** The call of the Identity service that tells which compartments there are. */
function identityCalls(call: Caller, sdk: SdkClients) {
  return {
    /** The active ones right below a compartment; or, of a tenancy only, all that are in it. */
    listCompartments: (request: ListRequest & { readonly compartmentIdInSubtree: boolean }) =>
      pagesOf(call, operations.listCompartments, answers.compartment, request, (one, context) =>
        sdk.tenancy
          .within(context)
          .listCompartments({ lifecycleState: "ACTIVE", limit: pageSize, ...one }),
      ),
  };
}

/** The two calls that tell an instance's addresses. */
export type Network = ReturnType<typeof networkCalls>;

function networkCalls(call: Caller, sdk: SdkClients) {
  return {
    listVnicAttachments: (request: ListRequest & { readonly instanceId: string }) =>
      pagesOf(
        call,
        operations.listVnicAttachments,
        answers.vnicAttachment,
        request,
        (one, context) => sdk.compute.within(context).listVnicAttachments(one),
      ),
    getVnic: (request: { readonly vnicId: string }) =>
      call(operations.getVnic, async (context) => {
        const { vnic } = await sdk.network.within(context).getVnic(request);
        return v.parse(answers.vnic, vnic);
      }),
  };
}

/** What SummarizeMetricsData is asked. */
export interface MetricsQuery {
  readonly compartmentId: string;
  readonly namespace: string;
  readonly query: string;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly resolution: string;
  /** The pools whose streams are wanted, where streams say which that is; all by default. */
  readonly pools?: ReadonlySet<string> | undefined;
}

/** The one call of OCI Monitoring that reads metrics. */
export type Monitoring = ReturnType<typeof monitoringCalls>;

function monitoringCalls(call: Caller, sdk: SdkClients) {
  return {
    /** Opens its connections, one for either metric, while something else is waited for. */
    connect: () => sdk.telemetry.connect(2),
    summarizeMetricsData: ({ compartmentId, pools, ...details }: MetricsQuery) =>
      call(operations.summarizeMetricsData, async (context) => {
        // Of a stream of another pool than those, nothing is kept.
        const reader = new ArrayReader((element) => {
          const stream = v.parse(answers.metricStream, element);
          const { instancePoolId = "" } = stream.dimensions;
          return !pools || pools.has(instancePoolId.toLowerCase()) ? stream : undefined;
        });
        context.reader = reader;
        const summarizeMetricsDataDetails = details;
        const request = { ...inQuery({ compartmentId }), summarizeMetricsDataDetails };
        await sdk.telemetry.within(context).summarizeMetricsData(request);
        return reader.end();
      }),
  };
}

/** One point of a stream of custom metrics. */
export interface CustomMetric {
  readonly namespace: string;
  readonly resourceGroup?: string | undefined;
  readonly compartmentId: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly timestamp: Date;
  readonly value: number;
}

/**
 * The call of OCI Monitoring that takes metrics. A point that is posted twice counts twice: that
 * changes the sum and count of its minute, but not the mean, minimum and maximum.
 */
export type Ingestion = ReturnType<typeof ingestionCalls>;

function ingestionCalls(call: Caller, sdk: SdkClients) {
  return {
    /** Posts at most 50 metrics, each a stream of its own, to one region. */
    postMetricData: (metrics: readonly CustomMetric[]) =>
      call(operations.postMetricData, async (context) => {
        const postMetricDataDetails = { metricData: metrics.map(toMetricData) };
        const answer = await sdk.ingestion
          .within(context)
          .postMetricData({ postMetricDataDetails });
        return v.parse(answers.postOutcome, answer.postMetricDataResponseDetails);
      }),
  };
}

/** JSON leaves out a resource group that is undefined; the SDK's type doesn't know that. */
function toMetricData({ timestamp, value, ...stream }: CustomMetric) {
  const details = { ...stream, datapoints: [{ timestamp, value }] };
  return details as monitoring.models.MetricDataDetails;
}

/** The secrets of OCI Vault. */
function vaultCalls(call: Caller, sdk: SdkClients) {
  return {
    /** The current version of the secret, as text. */
    readSecret: (secretId: string) =>
      call(operations.getSecretBundle, async (context) => {
        const { secretBundle } = await sdk.bundles.within(context).getSecretBundle({ secretId });
        const { content } = v.parse(answers.secretBundle, secretBundle).secretBundleContent;
        return new Secret(Buffer.from(content, "base64").toString("utf8"));
      }),
  };
}
