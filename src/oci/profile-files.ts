import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { expanded, type Profile, shownPath, unreadable } from "./config-file.ts";
import { type PrincipalToken, readToken } from "./principal-token.ts";

const newKey =
  "Set key_file to the .pem file of the API key. If it is lost, `oci setup config` makes a new one.";
const wholeKey =
  'Set it to all lines of the .pem file: export OCI_CLI_KEY_CONTENT="$(cat ~/.oci/oci_api_key.pem)"';
const cloudShell =
  "Cloud Shell writes this file: open a new Cloud Shell session. Elsewhere, take a profile with an API key.";

function newSession({ name }: Profile): string {
  return `Run \`oci session authenticate --profile-name ${name}\`, which makes the key and the token.`;
}

/**
 * The private key that a profile names, as PEM that is not encrypted any more: the SDK knows fewer
 * ciphers than Node does.
 * @throws NotAuthenticatedError
 */
export function readPrivateKey(profile: Profile, isSession: boolean): string {
  const { pem, what, fail } = readPem(profile, isSession ? newSession(profile) : newKey);
  const passphrase = profile.value("pass_phrase");
  const key = decrypted(pem, passphrase);
  if (key === undefined) {
    if (!/ENCRYPTED/.test(pem)) throw fail("which is damaged: it can't be read as a private key");
    const hint = "Add the line pass_phrase=…, or set OCI_CLI_PASSPHRASE.";
    if (passphrase === undefined) throw fail("which is encrypted, and has no pass_phrase", hint);
    const says = `has a pass_phrase that does not open the ${what}`;
    throw profile.error(says, "Correct pass_phrase.", "pass_phrase");
  }
  if (key.asymmetricKeyType !== "rsa") throw fail("which is no RSA key");
  if (!isSession && profile.value("fingerprint")?.toLowerCase() !== fingerprintOf(key)) {
    throw profile.error(
      `has a fingerprint that is not that of its ${what}`,
      "In the Console, User settings > API keys lists the fingerprint beside each key; take it, or the key file that belongs to it.",
      "fingerprint",
    );
  }
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The key itself goes before the path of one. */
function readPem(profile: Profile, lost: string) {
  const content = profile.value("key_content");
  const { text: pem, path } =
    content === undefined ? readFile(profile, "key_file", lost) : { text: content };
  const [what, part, remedy] =
    path === undefined
      ? (["private key", "key_content", wholeKey] as const)
      : ([`key file ${path}`, "key_file", lost] as const);
  const fail = (says: string, hint: string = remedy) =>
    profile.error(`has the ${what}, ${says}`, hint, part);
  if (/-----BEGIN (?:[A-Z]+ )?PUBLIC KEY-----/.test(pem)) {
    const hint = path === undefined ? wholeKey : "Set key_file to the private key's .pem file.";
    throw fail("which is the public half of the key", hint);
  }
  if (/-----BEGIN OPENSSH PRIVATE KEY-----/.test(pem))
    throw fail("which is an SSH key, not an API key");
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) throw fail("which is no private key in PEM");
  return { pem, what, fail };
}

/** Undefined when the pass phrase doesn't open it, or it is damaged. */
function decrypted(key: string, passphrase: string | undefined): KeyObject | undefined {
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    return undefined;
  }
}

/** The MD5 of the DER public key, as OCI's console shows it. */
function fingerprintOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return (createHash("md5").update(der).digest("hex").match(/../g) ?? []).join(":");
}

/**
 * The token that a profile names, if it is still good.
 * @throws NotAuthenticatedError
 */
export function readTokenFile(
  profile: Profile,
  key: "security_token_file" | "delegation_token_file",
  now: Date,
): { readonly token: string; readonly claims: PrincipalToken } {
  const isSession = key === "security_token_file";
  const remedy = isSession ? newSession(profile) : cloudShell;
  const { text, path } = readFile(profile, key, remedy);
  const token = text.replace(/\s/g, "");
  const claims = readToken(token);
  if (claims === undefined) {
    throw profile.error(`has the ${key} ${path}, which holds no token`, remedy, key);
  }
  const { expiresAt } = claims;
  if (expiresAt === undefined || expiresAt > now) return { token, claims };
  const { name } = profile;
  throw profile.error(
    `has a token that expired at ${expiresAt.toISOString()} (${path})`,
    isSession
      ? `Run \`oci session refresh --profile ${name}\`; if the session itself is over, \`oci session authenticate --profile-name ${name}\`.`
      : remedy,
    key,
  );
}

function readFile(profile: Profile, key: string, remedy: string) {
  const value = profile.value(key) ?? "";
  const path = shownPath(expanded(value));
  if (/^["'\u2018-\u201d].*["'\u2018-\u201d]$/.test(value)) {
    const hint = `Write ${key}=… without quotes: they are taken for a part of the path.`;
    throw profile.error(`has its ${key} in quotes`, hint, key);
  }
  // It may be a key or a token, and is not shown.
  if (value.length > 250 || /-----|^eyJ/.test(value)) {
    const hint = `Set ${key} to the path of the file, and not to what is in it.`;
    throw profile.error(`has a ${key} that is no path`, hint, key);
  }
  try {
    return { path, text: readFileSync(expanded(value), "utf8") };
  } catch (error) {
    const reason = unreadable(error);
    const says =
      reason === undefined ? "and there is no such file" : `which can't be read: ${reason}`;
    throw profile.error(`has the ${key} ${path}, ${says}`, remedy, key);
  }
}
