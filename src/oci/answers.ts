import * as v from "valibot";

/** OCI writes null for what a resource doesn't have. */
const optionalText = v.pipe(
  v.nullish(v.string()),
  v.transform((text) => text ?? undefined),
);

/** What we rely on in OCI's answers; the SDK itself checks nothing. */
export const instancePool = v.object({ compartmentId: v.string(), displayName: optionalText });

export const instanceSummaries = v.array(
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

export const vnicAttachments = v.array(
  v.object({ vnicId: optionalText, lifecycleState: v.string() }),
);

export const vnic = v.object({
  isPrimary: v.nullish(v.boolean(), false),
  privateIp: optionalText,
  ipv6Addresses: v.nullish(v.array(v.string()), []),
  hostnameLabel: optionalText,
});

export const metricData = v.array(
  v.object({
    dimensions: v.object({ resourceId: optionalText }),
    // Dates stay strings in the SDK's responses, whatever its types say.
    aggregatedDatapoints: v.array(
      v.object({ timestamp: v.string(), value: v.nullable(v.number()) }),
    ),
  }),
);

export const postOutcome = v.object({
  failedMetricsCount: v.number(),
  failedMetrics: v.nullish(
    v.array(
      v.object({
        message: v.pipe(
          v.nullish(v.string(), "no reason given"),
          v.transform((text) => text.slice(0, 300)),
        ),
        metricData: v.object({
          name: v.string(),
          dimensions: v.nullish(v.record(v.string(), v.string()), {}),
        }),
      }),
    ),
    [],
  ),
});

export const secretBundle = v.object({
  secretBundleContent: v.object({ contentType: v.literal("BASE64"), content: v.string() }),
});
