import type { CustomMetrics } from "./custom-metrics.ts";
import { type CheckedMetric, type PostedMetric, parsePostRequest } from "./post-request.ts";
import { invalidParameter, notAuthorizedOrNotFound } from "./service-error.ts";
import { compartmentsOf, type EmulatedTenancy } from "./tenancy.ts";

/** What PostMetricData answers. */
interface PostMetricDataResponse {
  readonly failedMetricsCount: number;
  readonly failedMetrics: readonly { readonly message: string; readonly metricData: object }[];
}

/** Why the service doesn't take a metric that is right; undefined when it does. */
export type RefuseMetric = (metric: PostedMetric) => string | undefined;

/**
 * PostMetricData: keeps what is right, and answers what is not. An answer with failures is a 200,
 * unless nothing at all is left, or the batch is atomic.
 * @throws ServiceError 400 or 404
 */
export function postMetricData(
  tenancy: EmulatedTenancy,
  custom: CustomMetrics,
  body: unknown,
  now: Date,
  refuse: RefuseMetric = () => undefined,
): PostMetricDataResponse {
  const { metrics, atomic } = parsePostRequest(body, now);
  const checked = metrics.map((metric) => refused(metric, refuse));
  const good = checked.flatMap((one) => ("metric" in one ? [one.metric] : []));
  const failedMetrics = checked.flatMap((one) =>
    "message" in one ? [{ message: one.message, metricData: one.input }] : [],
  );
  const [first] = failedMetrics;
  if (first !== undefined && (atomic || good.length === 0)) throw invalidParameter(first.message);
  const compartments = compartmentsOf(tenancy);
  if (good.some(({ compartmentId }) => !compartments.has(compartmentId))) {
    throw notAuthorizedOrNotFound();
  }
  for (const metric of good) custom.add(metric);
  return { failedMetricsCount: failedMetrics.length, failedMetrics };
}

function refused(checked: CheckedMetric, refuse: RefuseMetric): CheckedMetric {
  if (!("metric" in checked)) return checked;
  const message = refuse(checked.metric);
  return message === undefined ? checked : { input: checked.input, message };
}
