import * as v from "valibot";

// What PostMetricData accepts of custom metrics, from the API reference's MetricDataDetails.

/** Far longer than any that reads well; the service's own limits are not documented. */
const maximumLength = 255;

/** The namespace of custom metrics: not one of Oracle's own. */
export const metricNamespace = v.pipe(
  v.string(),
  v.maxLength(maximumLength, "is too long"),
  v.regex(
    /^(?!oci_|oracle_)[A-Za-z][A-Za-z0-9_]*$/,
    "must be letters, digits and _, beginning with a letter, but not with oci_ or oracle_",
  ),
);

/** What metrics of one namespace can be told apart by, besides their dimensions. */
export const resourceGroup = v.pipe(
  v.string(),
  v.maxLength(maximumLength, "is too long"),
  v.regex(
    /^[A-Za-z][A-Za-z0-9._$-]*$/,
    "must be letters, digits and . _ - $, beginning with a letter",
  ),
);
