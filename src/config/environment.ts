import * as v from "valibot";
import { Secret } from "../secret.ts";
import { doc } from "./doc.ts";
import { type AnyKey, type Complete, innerOf, key } from "./keys.ts";
import type { Problem } from "./problems.ts";
import { profileVariables } from "./profile-variables.ts";
import { prometheusServer } from "./prometheus-servers.ts";
import { metricNamespace, oneOf, onFailure, proxyUrl } from "./values.ts";

const endpoint = v.pipe(
  v.string(),
  v.url("not a URL"),
  v.transform((url) => url.replace(/\/+$/, "")),
);

/** But for those of the Prometheus server called `default`. */
const variables = {
  POOLS: key(
    v.string(),
    doc("Pools, defaults and Prometheus servers, as text.", { values: "JSON or YAML" }),
  ),
  POOLS_FILE: key(
    v.string(),
    doc(
      "The same, as a file of the image or the package, such as resources/pools.yaml. Not beside POOLS.",
      { values: "path" },
    ),
  ),
  ON_ERROR: key(onFailure, doc("throw makes a failed document a failed invocation."), "return"),
  LOG_LEVEL: key(
    v.pipe(v.string(), v.toUpperCase(), oneOf("DEBUG", "INFO", "WARN", "ERROR")),
    doc("The least level that is written.", { values: "DEBUG, INFO, WARN, ERROR" }),
    "INFO",
  ),
  LOG_SAMPLE_RATE: key(
    v.pipe(
      v.string(),
      v.regex(/^(0|0?\.\d+|1(\.0+)?)$/, "must be a number from 0 to 1"),
      v.transform(Number),
    ),
    doc("The share of invocations that are logged at DEBUG.", { values: "0–1" }),
    0,
  ),
  LOG_EVENT: key(
    v.pipe(
      v.string(),
      v.toLowerCase(),
      oneOf("true", "false"),
      v.transform((text) => text === "true"),
    ),
    doc("Log the body of each call, without what looks like a credential.", {
      values: "true, false",
    }),
    false,
  ),
  SERVICE_NAME: key(v.string(), doc("The key service of each log line."), "oci-pool-utilization"),
  FUNCTION_METRICS_NAMESPACE: key(
    metricNamespace,
    doc(
      "Post metrics of each invocation in this namespace, in the function's own compartment. Default: none are posted.",
    ),
  ),
  OCI_AUTH: key(
    oneOf("resource_principal", "instance_principal", "config_file"),
    doc("Who signs the requests to OCI."),
    "resource_principal",
  ),
  OCI_CONFIG_FILE: key(
    v.string(),
    doc("For config_file. Default: ~/.oci/config.", { values: "path" }),
  ),
  OCI_CONFIG_PROFILE: key(v.string(), doc("For config_file. Default: DEFAULT.")),
  OCI_CONFIG_REGION: key(v.string(), doc("For config_file, instead of the profile's region.")),
  ...profileVariables,
  OCI_PROXY: key(
    v.pipe(
      proxyUrl,
      v.transform((url) => new Secret(url)),
    ),
    doc("An HTTP proxy for requests to OCI, and for no others.", {
      values: "URL, secret if it holds a password",
    }),
  ),
  OCI_NO_PROXY: key(
    v.string(),
    doc("Hosts of OCI that are reached without OCI_PROXY; their subdomains, too.", {
      values: "host names with commas between them",
    }),
  ),
  OCI_MONITORING_ENDPOINT: key(
    endpoint,
    doc("Another endpoint of Monitoring than the SDK's: for dedicated regions, and for tests."),
  ),
  OCI_MONITORING_INGESTION_ENDPOINT: key(
    endpoint,
    doc("The same for Monitoring's PostMetricData, which has an endpoint of its own."),
  ),
  OCI_CORE_ENDPOINT: key(endpoint, doc("The same for Compute and Networking.")),
  OCI_SECRETS_ENDPOINT: key(endpoint, doc("The same for Vault's secrets.")),
  OCI_IDENTITY_ENDPOINT: key(endpoint, doc("The same for Identity, which knows the compartments.")),
};

type Keys = Readonly<Record<string, AnyKey>>;

/**
 * The Prometheus server called `default`, as `prometheus.servers` would have it. Its variables are named
 * after the keys: `auth.bearerToken` is PROMETHEUS_BEARER_TOKEN.
 * @param read what the variable of a key holds; undefined where it isn't set
 */
function defaultServer(
  read: (variable: string, entry: AnyKey) => unknown,
  entries: Keys = prometheusServer.entries,
  prefix = "PROMETHEUS_",
): Readonly<Record<string, unknown>> | undefined {
  const given = Object.entries(entries).flatMap(([name, entry]) => {
    const variable = `${prefix}${upperCase(name)}`;
    const { entries: below } = innerOf(entry);
    const value =
      below === undefined
        ? read(variable, entry)
        : defaultServer(read, below, name === "auth" ? prefix : `${variable}_`);
    return value === undefined ? [] : [[name, value] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

const upperCase = (name: string) => name.replace(/[A-Z]/g, "_$&").toUpperCase();

/** The variable, or variables, of a key of the server called `default`. */
export function variableOf(path: string): string {
  const below = path.replace(/^auth\b\.?/, "").replace(/^oauth2\./, "oauth2_");
  return below.replace(/^\w*/, (name) => `PROMETHEUS_${upperCase(name) || "*"}`);
}

/** Every configuration key that is read, and what is said of it. */
export function allVariables(): Keys {
  const ofServer: Record<string, AnyKey> = {};
  defaultServer((name, entry) => {
    ofServer[name] = entry;
  });
  return { ...variables, ...ofServer };
}

const jsonObject = v.pipe(v.string(), v.parseJson(undefined, "must be a JSON object"));

/** Reads every variable in one place. An empty variable counts as absent; a wrong one is a problem. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>) {
  const problems: Problem[] = [];
  const read = (name: string, type: v.GenericSchema): unknown => {
    if (!env[name]) return undefined;
    const result = v.safeParse(type, env[name]);
    if (result.success) return result.output;
    problems.push({ path: name, message: result.issues[0].message });
    return undefined;
  };
  const values = Object.fromEntries(
    Object.entries(variables).map(([name, type]) => [name, read(name, type) ?? type.otherwise]),
  ) as Complete<typeof variables>;
  const server = defaultServer((name, entry) =>
    read(name, innerOf(entry).type === "record" ? jsonObject : v.string()),
  );
  return {
    ...values,
    /** The server called `default`, unchecked; undefined without PROMETHEUS_URL. */
    defaultPrometheus: server?.["url"] === undefined ? undefined : server,
    problems,
  };
}

/** The function's configuration: on Fn, every configuration key is an environment variable. */
export type Environment = ReturnType<typeof readEnvironment>;

export type LogLevel = Environment["LOG_LEVEL"];
