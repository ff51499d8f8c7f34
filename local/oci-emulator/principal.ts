import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { region, tenancyId } from "./tenancy.ts";

/** Signs resource principal session tokens, as the tenancy's identity service does. */
export class TokenIssuer {
  readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;

  constructor() {
    const { publicKey, privateKey } = rsaKeyPair();
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
  }

  /**
   * A new key and a token for it. The token's instants are whole seconds, rounded down, as in
   * every JWT: a lifetime under a second may be over at once.
   */
  issue(now: Date, lifetimeMs: number): SessionCredentials {
    const { publicKey, privateKey } = rsaKeyPair();
    const claims = sessionClaims(publicKey, now, lifetimeMs);
    const content = `${encode({ kid: "asw", alg: "RS256" })}.${encode(claims)}`;
    // By hand because jose signs asynchronously, and a rotation is to be done when it returns.
    const signature = sign("sha256", Buffer.from(content), this.#privateKey);
    return { token: `${content}.${signature.toString("base64url")}`, privateKey: pem(privateKey) };
  }
}

export interface SessionCredentials {
  readonly token: string;
  /** PEM. */
  readonly privateKey: string;
}

/** The claims of a real token as far as an SDK or a policy looks at them. */
function sessionClaims(publicKey: KeyObject, now: Date, lifetimeMs: number): object {
  const seconds = Math.floor(now.getTime() / 1_000);
  return {
    sub: functionId,
    iss: "authService.oracle.com",
    aud: "oci",
    ptype: "resource",
    ttype: "res_sp",
    res_type: "fnfunc",
    res_id: functionId,
    res_tenant: tenancyId,
    res_compartment: tenancyId,
    iat: seconds,
    exp: Math.floor((now.getTime() + lifetimeMs) / 1_000),
    jti: randomUUID(),
    // A string that holds JSON, not an object.
    jwk: JSON.stringify({ ...publicKey.export({ format: "jwk" }), kid: "asw", alg: "RS256" }),
  };
}

const functionId = `ocid1.fnfunc.oc1.${region.key}.aaaaaaaaemulatedfunction`;

/** Where a process finds its resource principal; inline credentials can't be renewed. */
export function inlinePrincipal(credentials: SessionCredentials): Record<string, string> {
  return principalEnvironment(credentials.token, credentials.privateKey);
}

/** Writes the credentials as Functions does, over earlier ones if there are any. */
export function filePrincipal(
  directory: string,
  credentials: SessionCredentials,
): Record<string, string> {
  const files = { token: join(directory, "rpst"), privateKey: join(directory, "private.pem") };
  replaceFile(files.privateKey, credentials.privateKey);
  replaceFile(files.token, credentials.token);
  return principalEnvironment(files.token, files.privateKey);
}

function principalEnvironment(token: string, privateKey: string): Record<string, string> {
  return {
    OCI_RESOURCE_PRINCIPAL_VERSION: "2.2",
    OCI_RESOURCE_PRINCIPAL_REGION: region.id,
    OCI_RESOURCE_PRINCIPAL_RPST: token,
    OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: privateKey,
  };
}

/** A user's API key and the configuration file that names it. */
export interface ApiKey {
  /** `<tenancy>/<user>/<fingerprint>` */
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly configFile: string;
  readonly profile: string;
}

/** Makes a key with a file such as `~/.oci/config` in a new folder of the directory. */
export function createApiKey(directory: string): ApiKey {
  const folder = mkdtempSync(join(directory, "api-key-"));
  const { publicKey, privateKey } = rsaKeyPair();
  const user = "ocid1.user.oc1..aaaaaaaaemulateduser";
  const fingerprint = fingerprintOf(publicKey);
  const keyFile = join(folder, "oci_api_key.pem");
  const configFile = join(folder, "config");
  const profile = "DEFAULT";
  writeFileSync(keyFile, pem(privateKey), { mode: 0o600 });
  const lines = [
    `[${profile}]`,
    `user=${user}`,
    `fingerprint=${fingerprint}`,
    `tenancy=${tenancyId}`,
    `region=${region.id}`,
    `key_file=${keyFile}`,
  ];
  writeFileSync(configFile, `${lines.join("\n")}\n`, { mode: 0o600 });
  return { keyId: `${tenancyId}/${user}/${fingerprint}`, publicKey, configFile, profile };
}

/** The MD5 of the DER public key, as OCI's console shows it. */
function fingerprintOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: "spki", format: "der" });
  return (createHash("md5").update(der).digest("hex").match(/../g) ?? []).join(":");
}

function rsaKeyPair() {
  return generateKeyPairSync("rsa", { modulusLength: 2_048 });
}

function pem(privateKey: KeyObject): string {
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** By renaming, so that nobody reads half a file. */
function replaceFile(path: string, content: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path);
}
