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
  const { OCI_AUTH, OCI_CONFIG_FILE, OCI_CONFIG_PROFILE, OCI_CLI_CONFIG_FILE, OCI_CLI_PROFILE } =
    variables;
  return present({
    ...Object.fromEntries(Object.entries(variables).filter(([name]) => passedOn.test(name))),
    OCI_AUTH: profile === undefined ? OCI_AUTH || "config_file" : "config_file",
    // Who works with Oracle's own command has set these already.
    OCI_CONFIG_FILE: OCI_CONFIG_FILE || OCI_CLI_CONFIG_FILE,
    OCI_CONFIG_PROFILE: profile ?? (OCI_CONFIG_PROFILE || OCI_CLI_PROFILE),
    ...(poolsFile === undefined ? {} : { POOLS: undefined, POOLS_FILE: poolsFile }),
    ...(prometheusUrl === undefined ? {} : { PROMETHEUS_URL: prometheusUrl }),
  });
}

function present(variables: Variables): Readonly<Record<string, string>> {
  const entries = Object.entries(variables);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
