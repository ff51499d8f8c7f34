import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "../../src/once.ts";
import { region, tenancyId } from "./tenancy.ts";

/** Of whoever is given a token first: making a key takes a sixth of a second, and there are many emulators. */
const firstKeys = once(rsaKeyPair);

/** Signs resource principal session tokens, as the tenancy's identity service does. */
export class TokenIssuer {
  readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;

  constructor() {
    // The service's is an RSA key. Nobody but the emulator looks at its signature, and this one is made at once.
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
  }

  /** A token for the key that all first tokens of this process are for. */
  issueFirst(now: Date, lifetimeMs: number): SessionCredentials {
    return this.#issueFor(firstKeys(), now, lifetimeMs, functionClaims);
  }

  /**
   * A new key and a token for it. The token's instants are whole seconds, rounded down, as in
   * every JWT: a lifetime under a second may be over at once.
   */
  issue(now: Date, lifetimeMs: number, subject: object = functionClaims): SessionCredentials {
    return this.#issueFor(rsaKeyPair(), now, lifetimeMs, subject);
  }

  tokenFor(publicKey: KeyObject, now: Date, lifetimeMs: number, subject: object): string {
    const claims = { ...subject, ...sessionClaims(publicKey, now, lifetimeMs) };
    const content = `${encode({ kid: "asw", alg: tokenAlgorithm })}.${encode(claims)}`;
    // By hand because jose signs asynchronously, and a rotation is to be done when it returns.
    const key = { key: this.#privateKey, dsaEncoding: "ieee-p1363" } as const;
    return `${content}.${sign("sha256", Buffer.from(content), key).toString("base64url")}`;
  }

  #issueFor(keys: KeyPair, now: Date, lifetimeMs: number, subject: object): SessionCredentials {
    const token = this.tokenFor(keys.publicKey, now, lifetimeMs, subject);
    return { token, privateKey: pem(keys.privateKey) };
  }
}

/** How tokens are signed. */
export const tokenAlgorithm = "ES256";

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
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
    iss: "authService.oracle.com",
    aud: "oci",
    iat: seconds,
    exp: Math.floor((now.getTime() + lifetimeMs) / 1_000),
    jti: randomUUID(),
    // A string that holds JSON, not an object.
    jwk: JSON.stringify({ ...publicKey.export({ format: "jwk" }), kid: "asw", alg: "RS256" }),
  };
}

const functionId = `ocid1.fnfunc.oc1.${region.key}.aaaaaaaaemulatedfunction`;

const functionClaims = {
  sub: functionId,
  ptype: "resource",
  ttype: "res_sp",
  res_type: "fnfunc",
  res_id: functionId,
  res_tenant: tenancyId,
  res_compartment: tenancyId,
};

export const userId = "ocid1.user.oc1..aaaaaaaaemulateduser";

/** Of the token that a user's `oci session authenticate` or Cloud Shell gets. */
export const userClaims = { sub: userId, ptype: "user", ttype: "login", tenant: tenancyId };

/** Of the token that an instance gets for its certificate. */
export const instanceClaims = {
  sub: `ocid1.instance.oc1.${region.key}.aaaaaaaaemulatedinstance`,
  ptype: "instance",
  ttype: "x509",
  "opc-tenant": tenancyId,
};

/** Where a process finds its resource principal; inline credentials can't be renewed. */
export function inlinePrincipal(credentials: SessionCredentials): Record<string, string> {
  return principalEnvironment(credentials.token, credentials.privateKey);
}

/** Writes the credentials as Functions does, over earlier ones if there are any. */
export function filePrincipal(
  credentials: SessionCredentials,
  directory: string,
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

/**
 * Read from PEM: Node 20 stands still for ever when it collects the garbage of having made a key while that very
 * key is exported as a JWK.
 */
export function rsaKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { publicKey: createPublicKey(publicKey), privateKey: createPrivateKey(privateKey) };
}

export function pem(privateKey: KeyObject): string {
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
