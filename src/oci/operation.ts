import * as v from "valibot";
import { SourceUnavailableError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { Endpoint } from "../resilience/endpoint.ts";
import { fromServiceError } from "./service-error.ts";
import { type CallContext, callContext } from "./transport.ts";

/** An operation of OCI's API, and the policy that allows it, word for word as in docs/deploy.md. */
export interface Operation {
  readonly name: string;
  readonly service: string;
  readonly policy: string;
}

const pools = "in compartment id <pools' compartment OCID>";
const secrets = "in compartment id <secrets' compartment OCID>";

function allow(grant: string, where: string): string {
  return `Allow dynamic-group <group> to ${grant} ${where}`;
}

const instancePools = allow("read instance-pools", pools);

/** Every operation that the function calls. */
export const operations = {
  getInstancePool: { name: "GetInstancePool", service: "Compute", policy: instancePools },
  listInstancePoolInstances: {
    name: "ListInstancePoolInstances",
    service: "Compute",
    policy: instancePools,
  },
  listVnicAttachments: {
    name: "ListVnicAttachments",
    service: "Compute",
    policy: `${allow("inspect vnic-attachments", pools)}; ${allow("inspect instances", pools)}`,
  },
  getVnic: { name: "GetVnic", service: "Networking", policy: allow("inspect vnics", pools) },
  summarizeMetricsData: {
    name: "SummarizeMetricsData",
    service: "Monitoring",
    policy: allow("read metrics", `${pools} where target.metrics.namespace = 'oci_computeagent'`),
  },
  getSecretBundle: {
    name: "GetSecretBundle",
    service: "Vault",
    policy: allow("read secret-bundles", `${secrets} where target.secret.id = '<secret OCID>'`),
  },
  postMetricData: {
    name: "PostMetricData",
    service: "Monitoring",
    policy: allow("use metrics", `${pools} where target.metrics.namespace = '<namespace>'`),
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** Makes calls of one endpoint for one invocation. */
export type Caller = <T>(operation: Operation, send: () => Promise<T>) => Promise<T>;

/**
 * Calls the SDK within the endpoint's limits and the invocation's deadline.
 * @throws UtilizationError for whatever goes wrong, an answer of another shape included.
 */
export function callerOf(endpoint: Endpoint, invocation: Invocation): Caller {
  return (operation, send) => {
    const sendOnce = async (signal: AbortSignal) => {
      const { usage } = invocation;
      const context: CallContext = { service: operation.service, signal, usage };
      try {
        return await callContext.run(context, send);
      } catch (error) {
        throw context.failure ?? explain(error, operation, context);
      }
    };
    return endpoint.call(invocation, sendOnce, operation.name);
  };
}

function explain(error: unknown, operation: Operation, { retryAfter }: CallContext) {
  if (!(error instanceof SyntaxError) && !v.isValiError(error)) {
    return fromServiceError(error, operation, retryAfter);
  }
  // What can't be read is not repeated: it may be anything.
  return new SourceUnavailableError(
    `${operation.service} answered ${operation.name} with something that is not its API's.`,
  );
}
