import * as v from "valibot";
import { Secret } from "../secret.ts";
import { doc } from "./doc.ts";
import { key } from "./keys.ts";

const secret = v.pipe(
  v.string(),
  v.transform((text) => new Secret(text)),
);

/** A variable in place of a line of a profile. */
function line<const L extends string>(
  name: L,
  values: string,
  about = doc(`Before the line ${name}.`, { values }),
) {
  return { ...key(secret, about), line: name };
}

/** What `oci` itself takes from its environment, as keys of the configuration. */
export const profileVariables = {
  OCI_CLI_TENANCY: line(
    "tenancy",
    "OCID",
    doc(
      "For config_file, this and what follows go before the profile's lines, as for oci itself. With tenancy, user, fingerprint and key, no file is read.",
      { values: "OCID" },
    ),
  ),
  OCI_CLI_USER: line("user", "OCID"),
  OCI_CLI_FINGERPRINT: line("fingerprint", "text"),
  OCI_CLI_KEY_FILE: line("key_file", "path"),
  OCI_CLI_KEY_CONTENT: line(
    "key_content",
    "PEM",
    doc("The private key itself, before any key_file.", { values: "PEM" }),
  ),
  OCI_CLI_PASSPHRASE: line("pass_phrase", "text"),
  OCI_CLI_SECURITY_TOKEN_FILE: line("security_token_file", "path"),
  OCI_CLI_DELEGATION_TOKEN_FILE: line("delegation_token_file", "path"),
};

/** Those that are set. */
export type ProfileValues = { readonly [V in keyof typeof profileVariables]?: Secret | undefined };

/** What the variables lack to say by themselves who signs: if it is nothing, no config file is read. */
export function userLacks(values: ProfileValues): readonly string[] {
  const { OCI_CLI_TENANCY, OCI_CLI_USER, OCI_CLI_FINGERPRINT } = values;
  const OCI_CLI_KEY_FILE = values.OCI_CLI_KEY_FILE ?? values.OCI_CLI_KEY_CONTENT;
  const needed = { OCI_CLI_TENANCY, OCI_CLI_USER, OCI_CLI_FINGERPRINT, OCI_CLI_KEY_FILE };
  return Object.entries(needed).flatMap(([name, value]) => (value === undefined ? name : []));
}
