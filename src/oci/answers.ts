import * as v from "valibot";
import { isJsonObject } from "../config/json-object.ts";

/** OCI writes null for what a resource doesn't have. What is no text is nothing: it is one resource's only. */
const optionalText = v.fallback(v.optional(v.string()), undefined);

/** What we rely on in OCI's answers; the SDK itself checks nothing. */
export const instancePool = v.object({
  compartmentId: v.string(),
  displayName: optionalText,
  /** How many members it is to have. */
  size: v.fallback(v.optional(v.number()), undefined),
});

export type PoolDescription = v.InferOutput<typeof instancePool>;

export const poolSummary = v.object({
  ...instancePool.entries,
  id: v.string(),
  /** As OCI spells it: "RUNNING", "TERMINATED". */
  lifecycleState: v.fallback(v.string(), "unknown"),
  freeformTags: v.fallback(v.record(v.string(), v.string()), {}),
  /** By namespace. */
  definedTags: v.fallback(v.record(v.string(), v.record(v.string(), v.unknown())), {}),
});

export type PoolSummary = v.InferOutput<typeof poolSummary>;

export const compartment = v.object({ id: v.string() });

export const instanceSummary = v.object({
  id: v.string(),
  /** Where it lives, if not where its pool does. */
  compartmentId: optionalText,
  displayName: optionalText,
  // One that nobody knows the state of is a member, but not known to run.
  state: v.fallback(v.string(), "unknown"),
  /** ISO instant. */
  timeCreated: optionalText,
  availabilityDomain: optionalText,
  faultDomain: optionalText,
});

export type InstanceSummary = v.InferOutput<typeof instanceSummary>;

export const vnicAttachment = v.object({
  vnicId: optionalText,
  lifecycleState: v.fallback(v.string(), "unknown"),
});

export const vnic = v.object({
  isPrimary: v.fallback(v.boolean(), false),
  privateIp: optionalText,
  ipv6Addresses: v.fallback(v.array(v.string()), []),
  hostnameLabel: optionalText,
});

export type Vnic = v.InferOutput<typeof vnic>;

// Dates stay strings in the SDK's responses, whatever its types say. One odd value costs its member a
// reading, and no other.
const dataPoint = v.custom<DataPoint>(
  (point) => isJsonObject(point) && typeof point["timestamp"] === "string",
);

/** A point as the service writes it. */
export interface DataPoint {
  /** ISO instant. */
  readonly timestamp: string;
  /** Null where there is none; a service may write anything. */
  readonly value?: unknown;
}

/**
 * One stream of an answer, with no dimension but those that it was grouped by. An answer has up to
 * 100,000 points, which as objects of their own would take five times the memory.
 */
export interface MetricStream {
  readonly dimensions: {
    readonly resourceId?: string | undefined;
    readonly instancePoolId?: string | undefined;
  };
  /** Epoch ms; whether of the interval's start or end is documented in two ways. */
  readonly times: readonly number[];
  /** At these times; NaN where the service said something that is no number. */
  readonly values: readonly number[];
}

/** A stream of these points. */
export function toStream(
  dimensions: MetricStream["dimensions"],
  points: readonly DataPoint[],
): MetricStream {
  const known = points.filter(({ value }) => value !== null);
  return {
    dimensions,
    times: known.map(({ timestamp }) => Date.parse(timestamp)),
    values: known.map(({ value }) => (typeof value === "number" ? value : Number.NaN)),
  };
}

export const metricStream = v.pipe(
  v.object({
    dimensions: v.object({ resourceId: optionalText, instancePoolId: optionalText }),
    aggregatedDatapoints: v.array(dataPoint),
  }),
  v.transform(({ dimensions, aggregatedDatapoints }) => toStream(dimensions, aggregatedDatapoints)),
);

/** A metric that the service did not take, and why. */
const refusedMetric = v.pipe(
  v.object({
    message: v.nullish(v.string(), "no reason given"),
    metricData: v.object({
      name: v.string(),
      dimensions: v.nullish(v.record(v.string(), v.string()), {}),
    }),
  }),
  v.transform(({ message, metricData }) => ({ ...metricData, message: message.slice(0, 300) })),
);

/** What became of a post that was answered: even then, some of it may have been refused. */
export const postOutcome = v.object({
  failedMetricsCount: v.number(),
  /** The service may name fewer than it counts. */
  failedMetrics: v.nullish(v.array(refusedMetric), []),
});

export type PostOutcome = v.InferOutput<typeof postOutcome>;

export const secretBundle = v.object({
  secretBundleContent: v.object({ contentType: v.literal("BASE64"), content: v.string() }),
});
