import * as v from "valibot";
import { invalidParameter, missingParameter } from "./service-error.ts";

const minuteMs = 60_000;
const oldestMs = 120 * minuteMs;
const newestMs = 10 * minuteMs;
const maximumStreams = 50;
const maximumDimensions = 20;

const printable = v.pipe(
  v.string(),
  v.regex(/^[!-~]+$/, "must be printable ASCII without spaces"),
  v.maxLength(256, "is longer than 256 characters"),
);

const dimensions = v.pipe(
  v.record(
    printable,
    v.pipe(
      v.string(),
      v.nonEmpty("must not be empty"),
      v.maxLength(512, "is longer than 512 characters"),
    ),
  ),
  v.check((all) => Object.keys(all).length > 0, "must not be empty"),
  v.check((all) => Object.keys(all).length <= maximumDimensions, "has more than 20 dimensions"),
);

const datapoint = v.strictObject({
  timestamp: v.pipe(
    v.string(),
    v.isoTimestamp("must be an RFC 3339 timestamp"),
    v.transform((text) => new Date(text)),
  ),
  value: v.number(),
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)), 1),
});

const metric = v.strictObject({
  namespace: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z][A-Za-z0-9_]*$/, "is not a namespace"),
    v.regex(/^(?!oci_|oracle_)/, "has a reserved prefix"),
  ),
  resourceGroup: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9._$-]*$/, "is not a resource group")),
  ),
  compartmentId: v.pipe(v.string(), v.startsWith("ocid1.", "is not an OCID")),
  name: v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9._$-]*$/, "is not a metric name")),
  dimensions,
  metadata: v.optional(v.record(v.string(), v.string())),
  datapoints: v.pipe(v.array(datapoint), v.minLength(1, "is empty")),
});

/** A metric that the service would take. */
export type PostedMetric = v.InferOutput<typeof metric>;

const details = v.strictObject({
  metricData: v.pipe(
    v.array(v.looseObject({})),
    v.minLength(1, "is empty"),
    v.maxLength(maximumStreams, "has more than 50 metric streams"),
  ),
  batchAtomicity: v.optional(v.picklist(["ATOMIC", "NON_ATOMIC"]), "NON_ATOMIC"),
});

/** One metric of a request: what it says, or why it is refused. */
export type CheckedMetric = { readonly input: object } & (
  | { readonly metric: PostedMetric }
  | { readonly message: string }
);

/**
 * Checks a request body as documented for PostMetricDataDetails, each metric by itself.
 * @throws ServiceError 400 when the request as a whole can't be read
 */
export function parsePostRequest(
  body: unknown,
  now: Date,
): { readonly metrics: readonly CheckedMetric[]; readonly atomic: boolean } {
  const parsed = v.safeParse(details, body);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue) ?? "the body";
    if (issue.input === undefined) throw missingParameter(path);
    throw invalidParameter(`${path}: ${issue.message}`);
  }
  const { metricData, batchAtomicity } = parsed.output;
  const metrics = metricData.map((input) => checkMetric(input, now));
  return { metrics, atomic: batchAtomicity === "ATOMIC" };
}

function checkMetric(input: object, now: Date): CheckedMetric {
  const parsed = v.safeParse(metric, input);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { input, message: `${v.getDotPath(issue) ?? "the metric"}: ${issue.message}` };
  }
  const { datapoints } = parsed.output;
  const ages = datapoints.map(({ timestamp }) => now.getTime() - timestamp.getTime());
  if (ages.every((age) => age < oldestMs && -age < newestMs)) {
    return { input, metric: parsed.output };
  }
  const message =
    "datapoints: a timestamp is not within two hours before now and ten minutes after";
  return { input, message };
}
