import { createHash, type KeyObject } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pem, rsaKeyPair, type SessionCredentials, userId } from "./principal.ts";
import { region, tenancyId } from "./tenancy.ts";

/** A file such as `~/.oci/config`, and the profile that is in it. */
export interface ConfigFile {
  readonly configFile: string;
  readonly profile: string;
}

/** A user's API key and the configuration file that names it. */
export interface ApiKey extends ConfigFile {
  /** `<tenancy>/<user>/<fingerprint>` */
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** Makes a key with its file in a new folder of the directory. */
export function createApiKey(directory: string): ApiKey {
  const { publicKey, privateKey } = rsaKeyPair();
  const fingerprint = fingerprintOf(publicKey);
  const file = writeProfile(directory, pem(privateKey), [
    `user=${userId}`,
    `fingerprint=${fingerprint}`,
  ]);
  return { keyId: `${tenancyId}/${userId}/${fingerprint}`, publicKey, ...file };
}

/** What `oci session authenticate` writes. */
export function createSession(
  directory: string,
  { token, privateKey }: SessionCredentials,
): ConfigFile & { readonly tokenFile: string } {
  const tokenFile = join(mkdtempSync(join(directory, "session-")), "token");
  writeFileSync(tokenFile, token, { mode: 0o600 });
  return {
    ...writeProfile(directory, privateKey, [`security_token_file=${tokenFile}`]),
    tokenFile,
  };
}

function writeProfile(directory: string, key: string, lines: readonly string[]): ConfigFile {
  const folder = mkdtempSync(join(directory, "config-"));
  const keyFile = join(folder, "oci_api_key.pem");
  const configFile = join(folder, "config");
  const profile = "DEFAULT";
  writeFileSync(keyFile, key, { mode: 0o600 });
  const all = [
    `[${profile}]`,
    ...lines,
    `tenancy=${tenancyId}`,
    `region=${region.id}`,
    `key_file=${keyFile}`,
  ];
  writeFileSync(configFile, `${all.join("\n")}\n`, { mode: 0o600 });
  return { configFile, profile };
}

/** The MD5 of the DER public key, as OCI's console shows it. */
function fingerprintOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: "spki", format: "der" });
  return (createHash("md5").update(der).digest("hex").match(/../g) ?? []).join(":");
}
