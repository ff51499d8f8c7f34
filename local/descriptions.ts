import type { VariableName } from "../src/config/environment.ts";
import type { poolSettings } from "../src/config/pool-settings.ts";
import type { PoolSettings } from "../src/config/pool-spec.ts";
import type { prometheusServer } from "../src/config/prometheus-servers.ts";
import type { ErrorCode } from "../src/errors.ts";
import type { MissingReason } from "../src/result/reading.ts";

// What the JSON Schemas and docs/reference.md say of every key. A key without a text doesn't compile.

type Texts<Key extends PropertyKey> = Readonly<Record<Key, string>>;

type PrometheusSettings = NonNullable<PoolSettings["prometheus"]>;

/** The keys of a pool spec. */
export const poolTexts: Texts<keyof typeof poolSettings.entries> = {
  instancePoolId: "OCID of the pool. Required, unless the pool is named.",
  name: "What results and logs call the pool. Default: its display name.",
  source: "Where its utilization is read from.",
  compartmentId: "OCID of the pool's compartment. Default: asked from OCI.",
  region: "Region id or key. Default: from the OCID, else the principal's.",
  windowMinutes: "How far to look back, in minutes.",
  statistic: "Over time, for each instance.",
  minCoverage: "Below this share of running members reporting, the pool fails with LOW_COVERAGE.",
  includeInstances: "Add each member's own values to the result.",
  prometheus: "How to find the members on a Prometheus server.",
  publish: "Post the averages as custom metrics. Default: they are not posted.",
};

export const prometheusTexts: Texts<keyof PrometheusSettings> = {
  server: "Name of a configured server.",
  match: "Which label holds what of a member.",
  steal: "Whether CPU time stolen by the hypervisor counts as busy.",
};

export const matchTexts: Texts<keyof NonNullable<PrometheusSettings["match"]>> = {
  label: "Name of the label. Required when by is instanceId or poolId.",
  by: "What the label holds.",
};

export const publishTexts: Texts<keyof NonNullable<PoolSettings["publish"]>> = {
  namespace: "Namespace of the metrics, not beginning with oci_ or oracle_. Required.",
  resourceGroup: "Their resource group. Default: none.",
};

/** One server of `prometheus.servers`. */
export const serverTexts: Texts<keyof typeof prometheusServer.entries> = {
  url: "Base URL; the API lives below it, at /api/v1. Required.",
  auth: "Credentials: bearerToken, or username and password.",
  headers: "Further headers of every request, such as X-Scope-OrgID.",
  headersSecretId: "OCID of the Vault secret that holds the headers, a JSON object.",
  ca: "PEM certificates to trust besides the built-in ones.",
  clientCert: "PEM certificate to show to a server that asks for one.",
  clientKey: "Its PEM key.",
  clientKeySecretId: "OCID of the Vault secret that holds the key.",
  proxy: "URL of the HTTP proxy that this server, and only this, is reached through.",
  proxySecretId: "OCID of the Vault secret that holds that URL, if it has a password in it.",
};

export const authTexts: Texts<keyof (typeof prometheusServer.entries.auth)["wrapped"]["entries"]> =
  {
    bearerToken: "Sent as Authorization: Bearer.",
    bearerTokenSecretId: "OCID of the Vault secret that holds the token.",
    username: "Sent with the password as Authorization: Basic.",
    password: "See username.",
    passwordSecretId: "OCID of the Vault secret that holds the password.",
  };

interface VariableText {
  readonly values: string;
  readonly meaning: string;
}

/** The configuration keys of the function. */
export const variableTexts: Readonly<Record<VariableName, VariableText>> = {
  POOLS: { values: "JSON or YAML", meaning: "Pools, defaults and Prometheus servers, as text." },
  POOLS_FILE: { values: "path", meaning: "The same, as a file in the image. Not beside POOLS." },
  ON_ERROR: {
    values: "return, throw",
    meaning: "throw makes a failed document a failed invocation. Default: return.",
  },
  LOG_LEVEL: {
    values: "DEBUG, INFO, WARN, ERROR",
    meaning: "The least level that is written. Default: INFO.",
  },
  LOG_SAMPLE_RATE: {
    values: "0–1",
    meaning: "The share of invocations that are logged at DEBUG. Default: 0.",
  },
  LOG_EVENT: {
    values: "true, false",
    meaning: "Log the body of each call, without what looks like a credential. Default: false.",
  },
  SERVICE_NAME: {
    values: "text",
    meaning: "The key service of each log line. Default: oci-pool-utilization.",
  },
  FUNCTION_METRICS_NAMESPACE: {
    values: "text",
    meaning:
      "Post metrics of each invocation in this namespace, in the function's own compartment. Default: none are posted.",
  },
  OCI_AUTH: {
    values: "resource_principal, instance_principal, config_file",
    meaning: "Who signs the requests to OCI. Default: resource_principal.",
  },
  OCI_CONFIG_FILE: { values: "path", meaning: "For config_file. Default: ~/.oci/config." },
  OCI_CONFIG_PROFILE: { values: "text", meaning: "For config_file. Default: DEFAULT." },
  OCI_MONITORING_ENDPOINT: {
    values: "URL",
    meaning: "Another endpoint of Monitoring than the SDK's: for dedicated regions, and for tests.",
  },
  OCI_MONITORING_INGESTION_ENDPOINT: {
    values: "URL",
    meaning: "The same for Monitoring's PostMetricData, which has an endpoint of its own.",
  },
  OCI_CORE_ENDPOINT: { values: "URL", meaning: "The same for Compute and Networking." },
  OCI_SECRETS_ENDPOINT: { values: "URL", meaning: "The same for Vault's secrets." },
  PROMETHEUS_URL: { values: "URL", meaning: "Base URL of the Prometheus server called default." },
  PROMETHEUS_BEARER_TOKEN: { values: "text", meaning: "Its bearer token." },
  PROMETHEUS_BEARER_TOKEN_SECRET_ID: {
    values: "OCID",
    meaning: "The Vault secret that holds the token, instead of the token.",
  },
  PROMETHEUS_USERNAME: { values: "text", meaning: "Its user, instead of a bearer token." },
  PROMETHEUS_PASSWORD: { values: "text", meaning: "The user's password." },
  PROMETHEUS_PASSWORD_SECRET_ID: {
    values: "OCID",
    meaning: "The Vault secret that holds the password.",
  },
  PROMETHEUS_HEADERS: { values: "JSON object", meaning: "Its further headers." },
  PROMETHEUS_HEADERS_SECRET_ID: {
    values: "OCID",
    meaning: "The Vault secret that holds them.",
  },
  PROMETHEUS_CA: {
    values: "PEM",
    meaning: "Certificates to trust besides the built-in ones; line ends may be written as \\n.",
  },
  PROMETHEUS_CLIENT_CERT: { values: "PEM", meaning: "Certificate to show to it, if it asks." },
  PROMETHEUS_CLIENT_KEY: { values: "PEM", meaning: "The certificate's key." },
  PROMETHEUS_CLIENT_KEY_SECRET_ID: {
    values: "OCID",
    meaning: "The Vault secret that holds the key.",
  },
  PROMETHEUS_PROXY: {
    values: "URL",
    meaning: "The HTTP proxy that it is reached through. No other variable sets one.",
  },
  PROMETHEUS_PROXY_SECRET_ID: {
    values: "OCID",
    meaning: "The Vault secret that holds the proxy's URL, if that has a password in it.",
  },
};

/** Why a running member has no reading. */
export const reasonTexts: Texts<MissingReason> = {
  no_data: "The source knows nothing of it, or had no reading of it in the window.",
  stale: "It reported within the window, but not lately.",
  target_down: "Prometheus could not scrape it at its last try.",
  warming_up: "It is too new: on OCI, younger than ten minutes; on Prometheus, scraped but once.",
  not_a_number: "The source answered NaN, an infinity or something that is no number.",
  unresolved_host: "Its address or host name could not be found out, or is another's, too.",
  query_failed: "The query for this metric failed; the log has the error.",
};

/** What each code means, in one sentence. */
export const codeTexts: Texts<ErrorCode> = {
  INVALID_REQUEST: "The request, or the function's configuration, has to be changed.",
  UNSUPPORTED_EVENT: "The event, alarm or batch is not about an instance pool.",
  POOL_NOT_FOUND: "No such pool, or, as OCI doesn't tell the two apart, a missing policy.",
  NOT_AUTHENTICATED:
    "No principal, an expired token, a wrong key, or Prometheus refuses the credentials.",
  EMPTY_POOL: "No member is running.",
  NO_DATA: "Members are running, but none reported.",
  LOW_COVERAGE: "Fewer reported than minCoverage asks for; the averages are there all the same.",
  THROTTLED: "OCI or Prometheus asked to be called less often.",
  SOURCE_UNAVAILABLE: "OCI or Prometheus can't be reached, or answers something else.",
  CIRCUIT_OPEN: "The source failed several times just now, so it was not asked again.",
  DEADLINE_EXCEEDED: "The time of the invocation was used up before the answer was there.",
  INTERNAL: "A fault of the function; its log has the details.",
};
