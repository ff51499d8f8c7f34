import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import type { ClientRequest, IncomingMessage } from "node:http";
import httpSignature, { type ParseResponse } from "http-signature";
import { errors, jwtVerify } from "jose";
import * as v from "valibot";
import { tokenAlgorithm } from "./principal.ts";
import { notAuthenticated } from "./service-error.ts";

/** Whose signatures are good. */
export interface Credentials {
  /** Of whoever signs resource principal session tokens. */
  readonly issuerKey: KeyObject;
  /** By `<tenancy>/<user>/<fingerprint>`. */
  readonly apiKeys: ReadonlyMap<string, KeyObject>;
}

/** The token of the user for whom an instance asks, as Cloud Shell does. */
const delegationHeader = "opc-obo-token";
const clockSkewMs = 5 * 60_000;
const bodyHeaders = ["content-length", "content-type", "x-content-sha256"];
/** http-signature measures the skew by this process's clock, which may not be the service's. */
const anySkewSeconds = Number.MAX_SAFE_INTEGER;

/**
 * Checks everything about a request's signature but the body itself, for which `verifyBody` is.
 * @throws ServiceError 401 that says what is wrong
 */
export async function verifyHeaders(
  request: IncomingMessage,
  credentials: Credentials,
  now: Date,
): Promise<void> {
  const signature = parseSignature(request);
  checkSignedHeaders(request, signature.params.headers);
  checkDate(request, signature.params.headers, now);
  const key = await keyOf(signature.params.keyId, credentials, now);
  const publicKey = key.export({ type: "spki", format: "pem" }).toString();
  if (!httpSignature.verifySignature(signature, publicKey)) {
    throw notAuthenticated("the signature does not match the signed headers and the key");
  }
  const delegated = request.headers[delegationHeader];
  if (delegated !== undefined) await sessionKey(String(delegated), credentials, now);
}

/**
 * Checks that the body is the signed one.
 * @throws ServiceError 401
 */
export function verifyBody(request: IncomingMessage, body: Buffer): void {
  if (!hasSignedBody(request)) return;
  const hash = createHash("sha256").update(body).digest("base64");
  if (hash !== request.headers["x-content-sha256"]) {
    throw notAuthenticated("x-content-sha256 is not the hash of the body");
  }
}

function hasSignedBody({ method }: IncomingMessage): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}

function parseSignature(request: IncomingMessage): ParseResponse {
  const { authorization } = request.headers;
  if (authorization === undefined) throw notAuthenticated("there is no authorization header");
  if (!/[ ,]version="1"/.test(authorization)) {
    throw notAuthenticated('the authorization header is not Signature version="1"');
  }
  try {
    // It is for a server's requests, whatever its types say.
    return httpSignature.parseRequest(request as unknown as ClientRequest, {
      headers: ["(request-target)", "host"],
      algorithms: ["rsa-sha256"],
      clockSkew: anySkewSeconds,
      strict: true,
    });
  } catch (error) {
    throw notAuthenticated(error instanceof Error ? error.message : String(error));
  }
}

function checkSignedHeaders(request: IncomingMessage, signed: readonly string[]): void {
  const required = ["(request-target)", "host", ...(hasSignedBody(request) ? bodyHeaders : [])];
  if (request.headers[delegationHeader] !== undefined) required.push(delegationHeader);
  const unsigned = required.filter((header) => !signed.includes(header));
  if (!signed.includes("x-date") && !signed.includes("date")) unsigned.unshift("x-date or date");
  if (unsigned.length > 0) throw notAuthenticated(`not signed: ${unsigned.join(", ")}`);
}

function checkDate(request: IncomingMessage, signed: readonly string[], now: Date): void {
  const name = signed.includes("x-date") ? "x-date" : "date";
  const date = Date.parse(String(request.headers[name]));
  if (Number.isNaN(date)) throw notAuthenticated(`${name} is not a date`);
  if (Math.abs(now.getTime() - date) > clockSkewMs) {
    throw notAuthenticated(`${name} is more than 5 minutes off the service's clock`);
  }
}

/** Who signs with a session token proves to have the private key of the token's `jwk`. */
async function keyOf(keyId: string, credentials: Credentials, now: Date): Promise<KeyObject> {
  if (keyId.startsWith("ST$")) return sessionKey(keyId.slice("ST$".length), credentials, now);
  const key = credentials.apiKeys.get(keyId);
  if (key === undefined) throw notAuthenticated("the keyId names no API key and no session token");
  return key;
}

const jwkClaim = v.object({
  jwk: v.pipe(
    v.string(),
    v.parseJson(),
    v.object({ kty: v.literal("RSA"), n: v.string(), e: v.string() }),
  ),
});

async function sessionKey(token: string, { issuerKey }: Credentials, now: Date) {
  try {
    const { payload } = await jwtVerify(token, issuerKey, {
      algorithms: [tokenAlgorithm],
      requiredClaims: ["exp"],
      currentDate: now,
    });
    return createPublicKey({ key: v.parse(jwkClaim, payload).jwk, format: "jwk" });
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw notAuthenticated("the session token has expired");
    const reason = error instanceof Error ? error.message : String(error);
    throw notAuthenticated(`the session token is not this tenancy's: ${reason}`);
  }
}
