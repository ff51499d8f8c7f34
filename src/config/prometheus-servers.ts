import * as v from "valibot";
import { parseOcid } from "./ocid.ts";
import { type Checked, check, joinPath, type Problem, strictObject } from "./problems.ts";
import { Secret } from "./secret.ts";

/** A credential: itself, or the OCID of the Vault secret that holds it. */
export type Credential = Secret | { readonly secretId: string };

/** A Prometheus server that the operator configured; only these are ever asked. */
export interface PrometheusServerConfig {
  readonly name: string;
  /** Base URL without a trailing slash; the API lives at `<url>/api/v1`. */
  readonly url: string;
  readonly auth: {
    readonly bearerToken: Credential | undefined;
    readonly username: string | undefined;
    readonly password: Credential | undefined;
  };
  /** Further headers of every query, such as a tenant's: a JSON object. */
  readonly headers: Credential | undefined;
  /** PEM certificates that are trusted besides the built-in ones. */
  readonly ca: string | undefined;
  /** PEM, for servers that ask for a client certificate. */
  readonly clientCert: string | undefined;
  readonly clientKey: Credential | undefined;
  /** URL of the HTTP proxy that this server, and only this, is reached through. */
  readonly proxy: Credential | undefined;
}

const prometheusUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return (
      url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === ""
    );
  }, "not an http(s) URL without credentials in it"),
  v.check((text) => !/[?#]/.test(text), "must be a base URL, without a query"),
  v.transform((text) => text.replace(/\/+$/, "")),
);

const headerValue = v.pipe(
  v.string(),
  v.regex(/^[\t\x20-\x7e]*$/, "must be printable ASCII on one line"),
);

/** Names and values of HTTP headers. */
export const headerNames = v.record(
  v.pipe(v.string(), v.regex(/^[!#$%&'*+.^_`|~\w-]+$/, "not a header name")),
  headerValue,
);

const secretId = v.pipe(
  v.string(),
  v.check((text) => parseOcid(text, "vaultsecret") !== undefined, "not the OCID of a Vault secret"),
);

const certificate = v.pipe(
  v.string(),
  v.includes("-----BEGIN CERTIFICATE-----", "not a PEM certificate"),
);

const privateKey = v.pipe(
  v.string(),
  v.regex(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "not a PEM private key"),
);

/** With the proxy's user and password, if it has any. */
export const proxyUrl = v.pipe(v.string(), v.check(isProxyUrl, "not an http(s) URL"));

function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return /^https?:$/.test(protocol);
}

/** One server of `prometheus.servers`. A credential is given itself, or as a Vault secret's OCID. */
export const prometheusServer = strictObject({
  url: prometheusUrl,
  auth: v.optional(
    strictObject({
      bearerToken: v.optional(v.pipe(headerValue, v.nonEmpty("must not be empty"))),
      bearerTokenSecretId: v.optional(secretId),
      username: v.optional(v.string()),
      password: v.optional(v.string()),
      passwordSecretId: v.optional(secretId),
    }),
  ),
  headers: v.optional(headerNames),
  headersSecretId: v.optional(secretId),
  ca: v.optional(certificate),
  clientCert: v.optional(certificate),
  clientKey: v.optional(privateKey),
  clientKeySecretId: v.optional(secretId),
  proxy: v.optional(proxyUrl),
  proxySecretId: v.optional(secretId),
});

/** Reads one server of the configuration; a problem never repeats what may be a secret. */
export function readPrometheusServer(
  name: string,
  value: unknown,
  path: string,
): Checked<PrometheusServerConfig> {
  const checked = check(prometheusServer, value, path, { secret: true });
  if (!checked.ok) return checked;
  const { url, auth = {}, headers, ca, clientCert, clientKey, proxy, ...ids } = checked.value;
  const problems = [
    ...bothGiven(joinPath(path, "auth"), auth, "bearerToken", "password"),
    ...bothGiven(path, checked.value, "headers", "clientKey", "proxy"),
    ...ambiguousAuth(auth, joinPath(path, "auth")),
  ];
  if ((clientCert === undefined) !== (clientKey === undefined && !ids.clientKeySecretId)) {
    problems.push({ path, message: "clientCert and its key go together" });
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: {
      name,
      url,
      auth: {
        bearerToken: credential(auth.bearerToken, auth.bearerTokenSecretId),
        username: auth.username,
        password: credential(auth.password, auth.passwordSecretId),
      },
      headers: credential(headers && JSON.stringify(headers), ids.headersSecretId),
      ca: pem(ca),
      clientCert: pem(clientCert),
      clientKey: credential(pem(clientKey), ids.clientKeySecretId),
      proxy: credential(proxy, ids.proxySecretId),
    },
  };
}

/** OCI's configuration values have no line ends, so they may be written as JSON writes them. */
function pem(text: string | undefined): string | undefined {
  return text?.replaceAll("\\n", "\n");
}

function credential(text: string | undefined, id: string | undefined): Credential | undefined {
  if (id !== undefined) return { secretId: id.toLowerCase() };
  return text === undefined ? undefined : new Secret(text);
}

function bothGiven(path: string, given: object, ...names: readonly string[]): Problem[] {
  const has = (name: string) => Reflect.get(given, name) !== undefined;
  return names
    .filter((name) => has(name) && has(`${name}SecretId`))
    .map((name) => ({
      path: joinPath(path, name),
      message: `is given twice; keep it or ${name}SecretId`,
    }));
}

function ambiguousAuth(auth: object, path: string): Problem[] {
  const given = Object.entries(auth).filter(([, value]) => value !== undefined);
  const bearer = given.filter(([key]) => key.startsWith("bearerToken"));
  if (bearer.length === 0 || bearer.length === given.length) return [];
  return [{ path, message: "give either bearerToken or username and password" }];
}

/** Reads `prometheus.servers`: as many servers as are right, and every problem of the others. */
export function readPrometheusServers(value: unknown, path: string) {
  const servers: PrometheusServerConfig[] = [];
  const problems: Problem[] = [];
  const checked = v.safeParse(v.record(v.string(), v.unknown()), value);
  if (!checked.success) problems.push({ path, message: "expected an object of servers by name" });
  for (const [name, server] of Object.entries(checked.success ? checked.output : {})) {
    const read = readPrometheusServer(name, server, joinPath(path, name));
    if (read.ok) servers.push(read.value);
    else problems.push(...read.problems);
  }
  return { servers, problems };
}

/** The Vault secrets that hold the server's credentials. */
export function secretIdsOf({
  auth,
  headers,
  clientKey,
  proxy,
}: PrometheusServerConfig): readonly string[] {
  return [auth.bearerToken, auth.password, headers, clientKey, proxy].flatMap((credential) =>
    credential === undefined || credential instanceof Secret ? [] : [credential.secretId],
  );
}
