import * as v from "valibot";
import { parseOcid } from "./ocid.ts";

// What the texts of requests and of the configuration may be.

/** Some text. */
export const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));

/** As a dimension of a metric may have at most 512 characters, any of these can be published. */
export const shortText = v.pipe(text, v.maxLength(255, "is too long"));

/** One of these words. */
export function oneOf<const W extends readonly string[]>(...words: W) {
  const all = words.join(", ").replace(/, (\w+)$/, " or $1");
  return v.picklist(words, `must be ${all}`);
}

/** What is to become of a failed document. */
export const onFailure = oneOf("return", "throw");

/** The OCID of an instance pool. */
export const instancePoolOcid = ocidOf("an instance pool", "instancepool");

/** The OCID of a compartment, or of the tenancy, which is the root of them. */
export const compartmentOcid = ocidOf("a compartment", "compartment", "tenancy");

/** The OCID of a Vault secret. */
export const secretId = ocidOf("a Vault secret", "vaultsecret");

function ocidOf(what: string, ...types: readonly string[]) {
  return v.pipe(
    v.string(),
    v.check((ocid) => parseOcid(ocid, ...types) !== undefined, `not the OCID of ${what}`),
    v.toLowerCase(),
  );
}

/** Far longer than any that reads well; the limits of PostMetricData are not documented. */
const metricText = v.pipe(v.string(), v.maxLength(255, "is too long"));

/** The namespace of custom metrics, from the API reference's MetricDataDetails: not one of Oracle's own. */
export const metricNamespace = v.pipe(
  metricText,
  v.regex(
    /^(?!oci_|oracle_)[A-Za-z][A-Za-z0-9_]*$/,
    "must be letters, digits and _, beginning with a letter, but not with oci_ or oracle_",
  ),
);

/** What metrics of one namespace can be told apart by, besides their dimensions. */
export const resourceGroup = v.pipe(
  metricText,
  v.regex(
    /^[A-Za-z][A-Za-z0-9._$-]*$/,
    "must be letters, digits and . _ - $, beginning with a letter",
  ),
);

const plainUrl = v.pipe(
  v.string(),
  v.check((value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return (
      url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === ""
    );
  }, "not an http(s) URL without credentials in it"),
);

/** A base URL, without the slash at its end. */
export const prometheusUrl = v.pipe(
  plainUrl,
  v.check((url) => !/[?#]/.test(url), "must be a base URL, without a query"),
  v.transform((url) => url.replace(/\/+$/, "")),
);

/** It may have a query, but no fragment (RFC 6749, 3.2). */
export const tokenUrl = v.pipe(
  plainUrl,
  v.check((url) => !url.includes("#"), "must have no fragment"),
);

/** With the proxy's user and password, if it has any. */
export const proxyUrl = v.pipe(v.string(), v.check(isProxyUrl, "not an http(s) URL"));

function isProxyUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return /^https?:$/.test(protocol);
}

/** What a header may hold. */
export const headerValue = v.pipe(
  v.string(),
  v.regex(/^[\t\x20-\x7e]*$/, "must be printable ASCII on one line"),
);

/** Names and values of HTTP headers. */
export const headerNames = v.record(
  v.pipe(v.string(), v.regex(/^[!#$%&'*+.^_`|~\w-]+$/, "not a header name")),
  headerValue,
);

/** OCI's configuration values have no line ends, so they may be written as JSON writes them. */
const withLineEnds = v.transform((pem: string) => pem.replaceAll("\\n", "\n"));

/** PEM certificates. */
export const certificate = v.pipe(
  v.string(),
  v.includes("-----BEGIN CERTIFICATE-----", "not a PEM certificate"),
  withLineEnds,
);

/** A PEM key. */
export const privateKey = v.pipe(
  v.string(),
  v.regex(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "not a PEM private key"),
  withLineEnds,
);

/** Set by the function itself in each query. */
const ownParameters: ReadonlySet<string> = new Set(["query", "time"]);

/** Parameters of each query; what YAML takes for a number or a truth value is a text in a URL all the same. */
export const queryParameters = v.record(
  v.pipe(
    v.string(),
    v.nonEmpty("a parameter has a name"),
    v.check((name) => !ownParameters.has(name), "is set by the function itself"),
  ),
  v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String)),
);

/** The name that a certificate has to be of; TLS knows no addresses here. */
export const serverName = v.pipe(
  v.string(),
  v.regex(/^(?=.{1,253}$)(?!.*\.\d+$)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/, "not a host name"),
);
