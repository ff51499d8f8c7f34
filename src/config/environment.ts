import * as v from "valibot";
import { metricNamespace } from "./metric-names.ts";
import type { Problem } from "./problems.ts";

/** Who signs the requests to OCI. */
export interface OciAuth {
  readonly kind: "resource_principal" | "instance_principal" | "config_file";
  /** For `config_file`; undefined means the SDK's defaults, ~/.oci/config and DEFAULT. */
  readonly configFile: string | undefined;
  readonly configProfile: string | undefined;
}

/** Endpoints that replace the SDK's own: for dedicated regions, and for tests. */
interface OciEndpoints {
  readonly monitoring: string | undefined;
  readonly ingestion: string | undefined;
  readonly core: string | undefined;
  readonly secrets: string | undefined;
}

/** The function's configuration: on Fn, every configuration key is an environment variable. */
export interface Environment {
  readonly pools: string | undefined;
  readonly poolsFile: string | undefined;
  /** The variables of the Prometheus server called `default`; undefined without PROMETHEUS_URL. */
  readonly defaultPrometheus: unknown;
  readonly onError: "return" | "throw";
  readonly logLevel: LogLevel;
  /** The share of invocations, 0–1, that are logged at DEBUG. */
  readonly logSampleRate: number;
  /** Whether the body of each call is logged. */
  readonly logEvent: boolean;
  readonly serviceName: string;
  /** Where the function posts metrics of its own; undefined: nowhere. */
  readonly functionMetricsNamespace: string | undefined;
  readonly oci: { readonly auth: OciAuth; readonly endpoints: OciEndpoints };
  readonly problems: readonly Problem[];
}

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";

const url = v.pipe(
  v.string(),
  v.url("not a URL"),
  v.transform((text) => text.replace(/\/+$/, "")),
);

const variables = {
  POOLS: v.string(),
  POOLS_FILE: v.string(),
  ON_ERROR: v.picklist(["return", "throw"], "must be return or throw"),
  LOG_LEVEL: v.pipe(
    v.string(),
    v.toUpperCase(),
    v.picklist(["DEBUG", "INFO", "WARN", "ERROR"], "must be DEBUG, INFO, WARN or ERROR"),
  ),
  LOG_SAMPLE_RATE: v.pipe(
    v.string(),
    v.regex(/^(0|0?\.\d+|1(\.0+)?)$/, "must be a number from 0 to 1"),
    v.transform(Number),
  ),
  LOG_EVENT: v.pipe(
    v.string(),
    v.toLowerCase(),
    v.picklist(["true", "false"], "must be true or false"),
  ),
  SERVICE_NAME: v.string(),
  FUNCTION_METRICS_NAMESPACE: metricNamespace,
  OCI_AUTH: v.picklist(
    ["resource_principal", "instance_principal", "config_file"],
    "must be resource_principal, instance_principal or config_file",
  ),
  OCI_CONFIG_FILE: v.string(),
  OCI_CONFIG_PROFILE: v.string(),
  OCI_MONITORING_ENDPOINT: url,
  OCI_MONITORING_INGESTION_ENDPOINT: url,
  OCI_CORE_ENDPOINT: url,
  OCI_SECRETS_ENDPOINT: url,
  PROMETHEUS_URL: v.string(),
  PROMETHEUS_BEARER_TOKEN: v.string(),
  PROMETHEUS_BEARER_TOKEN_SECRET_ID: v.string(),
  PROMETHEUS_USERNAME: v.string(),
  PROMETHEUS_PASSWORD: v.string(),
  PROMETHEUS_PASSWORD_SECRET_ID: v.string(),
  PROMETHEUS_HEADERS: v.pipe(v.string(), v.parseJson(undefined, "must be a JSON object")),
  PROMETHEUS_HEADERS_SECRET_ID: v.string(),
  PROMETHEUS_CA: v.string(),
  PROMETHEUS_CLIENT_CERT: v.string(),
  PROMETHEUS_CLIENT_KEY: v.string(),
  PROMETHEUS_CLIENT_KEY_SECRET_ID: v.string(),
  PROMETHEUS_PROXY: v.string(),
  PROMETHEUS_PROXY_SECRET_ID: v.string(),
};

/** A configuration key that is read. */
export type VariableName = keyof typeof variables;

type Variables = { readonly [K in keyof typeof variables]?: v.InferOutput<(typeof variables)[K]> };

/** Reads every variable in one place. An empty variable counts as absent; a wrong one is a problem. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const problems: Problem[] = [];
  const read: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(variables)) {
    if (!env[name]) continue;
    const result = v.safeParse(schema, env[name]);
    if (result.success) read[name] = result.output;
    else problems.push({ path: name, message: result.issues[0].message });
  }
  const values: Variables = read;
  return {
    pools: values.POOLS,
    poolsFile: values.POOLS_FILE,
    defaultPrometheus: values.PROMETHEUS_URL && {
      url: values.PROMETHEUS_URL,
      auth: {
        bearerToken: values.PROMETHEUS_BEARER_TOKEN,
        bearerTokenSecretId: values.PROMETHEUS_BEARER_TOKEN_SECRET_ID,
        username: values.PROMETHEUS_USERNAME,
        password: values.PROMETHEUS_PASSWORD,
        passwordSecretId: values.PROMETHEUS_PASSWORD_SECRET_ID,
      },
      headers: values.PROMETHEUS_HEADERS,
      headersSecretId: values.PROMETHEUS_HEADERS_SECRET_ID,
      ca: values.PROMETHEUS_CA,
      clientCert: values.PROMETHEUS_CLIENT_CERT,
      clientKey: values.PROMETHEUS_CLIENT_KEY,
      clientKeySecretId: values.PROMETHEUS_CLIENT_KEY_SECRET_ID,
      proxy: values.PROMETHEUS_PROXY,
      proxySecretId: values.PROMETHEUS_PROXY_SECRET_ID,
    },
    onError: values.ON_ERROR ?? "return",
    logLevel: values.LOG_LEVEL ?? "INFO",
    logSampleRate: values.LOG_SAMPLE_RATE ?? 0,
    logEvent: values.LOG_EVENT === "true",
    serviceName: values.SERVICE_NAME ?? "oci-pool-utilization",
    functionMetricsNamespace: values.FUNCTION_METRICS_NAMESPACE,
    oci: {
      auth: {
        kind: values.OCI_AUTH ?? "resource_principal",
        configFile: values.OCI_CONFIG_FILE,
        configProfile: values.OCI_CONFIG_PROFILE,
      },
      endpoints: {
        monitoring: values.OCI_MONITORING_ENDPOINT,
        ingestion: values.OCI_MONITORING_INGESTION_ENDPOINT,
        core: values.OCI_CORE_ENDPOINT,
        secrets: values.OCI_SECRETS_ENDPOINT,
      },
    },
    problems,
  };
}
