import { readCliSettings } from "./oci-cli.ts";
import type { Tenancy } from "./options.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** The function's own variables, and what Node needs to trust a company's proxy. */
const passedOn = /^(?:OCI_(?!CLI_).*|PROMETHEUS_.*|POOLS|POOLS_FILE|HOME|NODE_EXTRA_CA_CERTS)$/;

/**
 * The configuration of a function that asks the user's own tenancy. ON_ERROR is left out: the
 * command shows a failed document, which a failed invocation would not have.
 */
export function ownEnvironment(
  tenancy: Tenancy & { readonly kind: "own" },
  variables: Variables,
): Readonly<Record<string, string>> {
  const { profile, poolsFile, prometheusUrl } = tenancy;
  const { OCI_AUTH, OCI_CONFIG_FILE, OCI_CONFIG_PROFILE, OCI_CONFIG_REGION } = variables;
  // Who works with Oracle's own command has set these already.
  const cli = readCliSettings(variables);
  const proxy = variables["HTTPS_PROXY"] || variables["https_proxy"];
  return present({
    ...Object.fromEntries(Object.entries(variables).filter(([name]) => passedOn.test(name))),
    OCI_AUTH: profile === undefined ? OCI_AUTH || cli.auth || "config_file" : "config_file",
    ...cli.profileValues,
    OCI_CONFIG_FILE: OCI_CONFIG_FILE || cli.configFile,
    OCI_CONFIG_PROFILE: profile ?? (OCI_CONFIG_PROFILE || cli.profile),
    OCI_CONFIG_REGION: OCI_CONFIG_REGION || cli.region,
    // Prometheus servers are in the same network as a rule, and have a setting of their own.
    OCI_PROXY: variables["OCI_PROXY"] || (proxy && withScheme(proxy)) || undefined,
    OCI_NO_PROXY: variables["OCI_NO_PROXY"] || variables["NO_PROXY"] || variables["no_proxy"],
    ...(poolsFile === undefined ? {} : { POOLS: undefined, POOLS_FILE: poolsFile }),
    ...(prometheusUrl === undefined ? {} : { PROMETHEUS_URL: prometheusUrl }),
  });
}

/** `proxy.example.com:3128` is how many write it, and curl takes it. */
function withScheme(proxy: string): string {
  return /^\w+:\/\//.test(proxy) ? proxy : `http://${proxy}`;
}

function present(variables: Variables): Readonly<Record<string, string>> {
  const entries = Object.entries(variables);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
