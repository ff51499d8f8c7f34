import { getInstancePool, listInstancePoolInstances, listInstancePools } from "./compute.ts";
import { CustomMetrics } from "./custom-metrics.ts";
import { listCompartments } from "./identity.ts";
import { summarizeMetricsData } from "./monitoring.ts";
import { getVnic, listVnicAttachments } from "./network.ts";
import type { Page } from "./page.ts";
import { postMetricData, type RefuseMetric } from "./post-metric-data.ts";
import { ServiceError } from "./service-error.ts";
import type { EmulatedTenancy } from "./tenancy.ts";
import { getSecretBundle } from "./vault.ts";

/** A request whose signature is good. */
export interface Call {
  readonly tenancy: EmulatedTenancy;
  readonly now: Date;
  readonly parameters: URLSearchParams;
  readonly body: Buffer;
  /** @default nothing was posted so far */
  readonly custom?: CustomMetrics;
  /** See `EmulatorOptions`. */
  readonly refuseMetric?: RefuseMetric | undefined;
}

export interface Answer {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Route {
  /** As OCI's API reference calls it. */
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  /** `id` is what the path's group matched. */
  readonly answer: (call: Call, id: string) => Answer;
}

const routes: readonly Route[] = [
  {
    operation: "SummarizeMetricsData",
    method: "POST",
    path: /^\/20180401\/metrics\/actions\/summarizeMetricsData$/,
    answer: ({ tenancy, now, parameters, body, custom }) => ({
      body: summarizeMetricsData(tenancy, parameters, parseJson(body), now, custom),
    }),
  },
  {
    operation: "PostMetricData",
    method: "POST",
    path: /^\/20180401\/metrics$/,
    answer: ({ tenancy, now, body, custom = new CustomMetrics(), refuseMetric }) => ({
      body: postMetricData(tenancy, custom, parseJson(body), now, refuseMetric),
    }),
  },
  {
    operation: "GetInstancePool",
    method: "GET",
    path: /^\/20160918\/instancePools\/([^/]+)$/,
    answer: ({ tenancy }, id) => ({ body: getInstancePool(tenancy, id) }),
  },
  {
    operation: "ListInstancePools",
    method: "GET",
    path: /^\/20160918\/instancePools\/?$/,
    answer: ({ tenancy, parameters }) => answerPage(listInstancePools(tenancy, parameters)),
  },
  {
    operation: "ListInstancePoolInstances",
    method: "GET",
    path: /^\/20160918\/instancePools\/([^/]+)\/instances$/,
    answer: ({ tenancy, parameters }, id) =>
      answerPage(listInstancePoolInstances(tenancy, id, parameters)),
  },
  {
    operation: "ListVnicAttachments",
    method: "GET",
    path: /^\/20160918\/vnicAttachments$/,
    answer: ({ tenancy, parameters }) => answerPage(listVnicAttachments(tenancy, parameters)),
  },
  {
    operation: "GetVnic",
    method: "GET",
    path: /^\/20160918\/vnics\/([^/]+)$/,
    answer: ({ tenancy }, id) => ({ body: getVnic(tenancy, id) }),
  },
  {
    operation: "ListCompartments",
    method: "GET",
    path: /^\/20160918\/compartments\/?$/,
    answer: ({ tenancy, parameters }) => answerPage(listCompartments(tenancy, parameters)),
  },
  {
    operation: "GetSecretBundle",
    method: "GET",
    path: /^\/20190301\/secretbundles\/([^/]+)$/,
    answer: ({ tenancy }, id) => ({ body: getSecretBundle(tenancy, id) }),
  },
];

export function operationOf(method: string, path: string): string {
  const route = routes.find((known) => known.method === method && known.path.test(path));
  return route?.operation ?? "unknown";
}

/** @throws ServiceError 404 or 405 when there is no such operation, else what it refuses */
export function answerCall(method: string, path: string, call: Call): Answer {
  const there = routes.filter((route) => route.path.test(path));
  const route = there.find((candidate) => candidate.method === method);
  if (route !== undefined) return route.answer(call, decodeId(route.path.exec(path)?.[1] ?? ""));
  if (there.length > 0) {
    throw new ServiceError(405, "MethodNotAllowed", `${method} is not allowed here.`);
  }
  throw new ServiceError(404, "NotFound", "The emulator has no such operation.");
}

function answerPage({ items, nextPage }: Page): Answer {
  return { body: items, ...(nextPage && { headers: { "opc-next-page": nextPage } }) };
}

function decodeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new ServiceError(400, "CannotParseRequest", "The body is not JSON.");
  }
}
