import * as v from "valibot";
import { Secret } from "../secret.ts";
import { type Doc, doc } from "./doc.ts";
import type { JsonObject } from "./json-object.ts";
import { check, key, type MayBeMissing, requiredKey } from "./keys.ts";
import { type Checked, joinPath, type Problem } from "./problems.ts";
import {
  certificate,
  headerNames,
  headerValue,
  privateKey,
  prometheusUrl,
  proxyUrl,
  queryParameters,
  secretId,
  serverName,
  text,
  tokenUrl,
} from "./values.ts";

/** A credential: itself, or the OCID of the Vault secret that holds it. */
type Credential = Secret | { readonly secretId: string };

/** A credential is given itself, or as the OCID of the Vault secret that holds it. */
function credential<const N extends string, S extends v.GenericSchema>(
  name: N,
  type: S,
  about: Doc | undefined,
) {
  const inVault = about && doc(`OCID of the Vault secret that holds ${about.inVault}.`);
  const keys = { [name]: key(type, about), [`${name}SecretId`]: key(secretId, inVault) };
  return keys as Record<N, MayBeMissing<S>> & Record<`${N}SecretId`, MayBeMissing<typeof secretId>>;
}

const oauth2Keys = v.object({
  tokenUrl: requiredKey(tokenUrl, doc("Where the token is had, by the client credentials grant.")),
  clientId: requiredKey(text, doc("The function's account there.")),
  ...credential(
    "clientSecret",
    text,
    doc("The account's secret.", { inVault: "the account's secret" }),
  ),
  scope: key(text, doc("What the token is to allow, as the issuer calls it.")),
  audience: key(text, doc("Which service the token is for, where the issuer asks that.")),
});

const authKeys = v.object({
  ...credential(
    "bearerToken",
    v.pipe(headerValue, v.nonEmpty("must not be empty")),
    doc("Sent as Authorization: Bearer.", { inVault: "the token" }),
  ),
  username: key(v.string(), doc("Sent with the password as Authorization: Basic.")),
  ...credential("password", v.string(), doc("The user's password.", { inVault: "the password" })),
  oauth2: key(
    oauth2Keys,
    doc("A token of the function's own account is sent as Authorization: Bearer."),
  ),
});

/** One server of `prometheus.servers`. */
export const prometheusServer = v.object({
  url: requiredKey(prometheusUrl, doc("Base URL; the API lives below it, at /api/v1.")),
  auth: key(authKeys, doc("Credentials: bearerToken, or username and password, or oauth2.")),
  ...credential(
    "headers",
    headerNames,
    doc("Further headers of every request, such as X-Scope-OrgID.", {
      inVault: "the headers, a JSON object",
      example: { "X-Scope-OrgID": "team-a" },
    }),
  ),
  ca: key(
    certificate,
    doc("PEM certificates to trust besides the built-in ones; line ends may be written as \\n."),
  ),
  clientCert: key(certificate, doc("PEM certificate to show to a server that asks for one.")),
  ...credential(
    "clientKey",
    privateKey,
    doc("PEM key of the client certificate.", { inVault: "the key" }),
  ),
  ...credential(
    "proxy",
    proxyUrl,
    doc(
      "URL of the HTTP proxy that this server and its token endpoint, and only these, are reached through.",
      { inVault: "the proxy's URL, if it has a password in it" },
    ),
  ),
  queryParameters: key(
    queryParameters,
    doc("Sent with each query, in its URL: dedup, partial_response, a tenant. No secrets.", {
      example: { dedup: true },
    }),
  ),
  serverName: key(
    serverName,
    doc("Host name that its certificate is of, where that isn't the URL's."),
  ),
});

/** Reads one server of the configuration; a problem never repeats what may be a secret. */
export function readPrometheusServer(
  name: string,
  value: unknown,
  path: string,
): Checked<PrometheusServerConfig> {
  const checked = check(prometheusServer, value, path, { secret: true });
  if (!checked.ok) return checked;
  const problems: Problem[] = [];
  const config = serverConfig(name, checked.value, path, problems);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: config };
}

/** A Prometheus server that the operator configured; only these are ever asked. */
export type PrometheusServerConfig = Readonly<ReturnType<typeof serverConfig>>;

function serverConfig(
  name: string,
  given: v.InferOutput<typeof prometheusServer>,
  path: string,
  problems: Problem[],
) {
  const { url, auth = {}, ca, clientCert } = given;
  const { username, oauth2 } = auth;
  const authPath = joinPath(path, "auth");
  const ofUser = credentialsOf(auth, authPath, problems, ["bearerToken", "password"]);
  const ofServer = credentialsOf(given, path, problems, ["headers", "clientKey", "proxy"]);
  const kinds = [ofUser.bearerToken, username ?? ofUser.password, oauth2];
  if (kinds.filter((kind) => kind !== undefined).length > 1) {
    const message = "give either bearerToken, or username and password, or oauth2";
    problems.push({ path: authPath, message });
  }
  const accountPath = joinPath(authPath, "oauth2");
  const ofAccount = credentialsOf(oauth2 ?? {}, accountPath, problems, ["clientSecret"]);
  if (oauth2 !== undefined && ofAccount.clientSecret === undefined) {
    const message = "is missing; give it or clientSecretSecretId";
    problems.push({ path: joinPath(accountPath, "clientSecret"), message });
  }
  if ((clientCert === undefined) !== (ofServer.clientKey === undefined)) {
    problems.push({ path, message: "clientCert and its key go together" });
  }
  return {
    name,
    url,
    username,
    oauth2: oauth2 && accountOf(oauth2),
    credentials: { ...ofUser, ...ofAccount, ...ofServer },
    ca,
    clientCert,
    queryParameters: given.queryParameters ?? {},
    serverName: given.serverName,
  };
}

/** Where a token is had for the function's own account (RFC 6749, client credentials). */
export type OAuth2Config = Readonly<ReturnType<typeof accountOf>>;

function accountOf(given: v.InferOutput<typeof oauth2Keys>) {
  const { clientSecret, clientSecretSecretId, ...account } = given;
  return account;
}

/** Those of these credentials that are given; one that is given in both ways is a problem. */
function credentialsOf<N extends string>(
  given: JsonObject,
  path: string,
  problems: Problem[],
  names: readonly N[],
) {
  const all = names.flatMap((name): readonly (readonly [N, Credential])[] => {
    const { [name]: value, [`${name}SecretId`]: id } = given;
    if (value !== undefined && id !== undefined) {
      const message = `is given twice; keep it or ${name}SecretId`;
      problems.push({ path: joinPath(path, name), message });
    }
    if (typeof id === "string") return [[name, { secretId: id }]];
    if (value === undefined) return [];
    return [[name, new Secret(typeof value === "string" ? value : JSON.stringify(value))]];
  });
  return Object.fromEntries(all) as { readonly [K in N]?: Credential };
}

/** The Vault secrets that hold the server's credentials. */
export function secretIdsOf({ credentials }: PrometheusServerConfig): readonly string[] {
  return Object.values(credentials).flatMap((one) => (one instanceof Secret ? [] : one.secretId));
}
