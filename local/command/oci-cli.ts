import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { profileVariables } from "../../src/config/profile-variables.ts";
import { UsageError } from "./usage-error.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** How Oracle's own command would sign on this machine, in the function's terms. */
export interface CliSettings {
  readonly auth: string | undefined;
  readonly configFile: string | undefined;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  /** What goes before the profile's lines, as the function reads it itself. */
  readonly profileValues: Variables;
}

/** What OCI_CLI_AUTH means; a profile itself says whether it is a key, a session or Cloud Shell's. */
const auths: Readonly<Record<string, string>> = {
  api_key: "config_file",
  security_token: "config_file",
  instance_obo_user: "config_file",
  instance_principal: "instance_principal",
  resource_principal: "resource_principal",
};

/**
 * Reads the variables and the settings file of the OCI CLI.
 * @throws UsageError for a kind of signing that is not known here.
 */
export function readCliSettings(variables: Variables): CliSettings {
  const { OCI_CLI_AUTH, OCI_CLI_CONFIG_FILE, OCI_CLI_PROFILE, OCI_CLI_REGION } = variables;
  const auth = OCI_CLI_AUTH ? auths[OCI_CLI_AUTH] : undefined;
  if (OCI_CLI_AUTH && auth === undefined) {
    const known = Object.keys(auths).join(", ");
    throw new UsageError(
      `OCI_CLI_AUTH=${OCI_CLI_AUTH} is not known here; known are ${known}. --profile signs with a profile all the same.`,
    );
  }
  return {
    auth,
    configFile: OCI_CLI_CONFIG_FILE,
    profile: OCI_CLI_PROFILE || defaultProfile(variables),
    region: OCI_CLI_REGION,
    profileValues: profileValues(variables),
  };
}

/** `oci` looks at a token only where OCI_CLI_AUTH is of its kind. */
function profileValues(variables: Variables): Variables {
  const tokens: Variables = {
    OCI_CLI_SECURITY_TOKEN_FILE: "security_token",
    OCI_CLI_DELEGATION_TOKEN_FILE: "instance_obo_user",
  };
  const set = Object.keys(profileVariables).filter((name) => {
    return variables[name] && [undefined, variables["OCI_CLI_AUTH"]].includes(tokens[name]);
  });
  return Object.fromEntries(set.map((name) => [name, variables[name]]));
}

/** `default_profile` of the section OCI_CLI_SETTINGS in ~/.oci/oci_cli_rc. */
function defaultProfile({ OCI_CLI_RC_FILE, HOME }: Variables): string | undefined {
  const home = HOME || homedir();
  const file = OCI_CLI_RC_FILE?.replace(/^~(?=\/)/, home) || join(home, ".oci", "oci_cli_rc");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const [, settings = ""] = /^\[OCI_CLI_SETTINGS\]([^[]*)/m.exec(text) ?? [];
  return /^\s*default_profile\s*[=:]\s*(\S+)\s*$/m.exec(settings)?.[1];
}
