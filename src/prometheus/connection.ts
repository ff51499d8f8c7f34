import { createSecureContext, rootCertificates } from "node:tls";
import type { AxiosInstance } from "axios";
import * as v from "valibot";
import { type PrometheusServerConfig, secretIdsOf } from "../config/prometheus-servers.ts";
import { headerNames, proxyUrl } from "../config/values.ts";
import { InvalidRequestError, NotAuthenticatedError, UtilizationError } from "../errors.ts";
import { agentFor, type TlsOptions } from "../network/agents.ts";
import { connectAhead } from "../network/connect-ahead.ts";
import { agentThrough, basicCredentials } from "../network/tunnel.ts";
import type { Endpoint } from "../resilience/endpoint.ts";
import type { Secret } from "../secret.ts";
import type { AccessTokens, TokenAccount } from "./access-tokens.ts";
import { httpClient } from "./http-client.ts";

/** Reads a secret of OCI Vault. */
export type ReadSecret = (secretId: string) => Promise<Secret>;

/** A server with its credentials. */
export interface Connection {
  readonly http: AxiosInstance;
  /** Whether credentials came from Vault, where there may be newer ones. */
  readonly fromVault: boolean;
  /** Of the function's account at an issuer, if that is how the server is to know it. */
  readonly tokens: AccessTokens | undefined;
  /** Opens connections that the next queries have; through a proxy, it does nothing. */
  open(): void;
  /** The text without the credentials: servers and proxies have been seen to repeat what they got. */
  redact(text: string): string;
}

/** What connections are made with. */
export interface ConnectionNeeds {
  readonly readSecret: ReadSecret;
  /** Where tokens are had, if the server wants any. */
  readonly issuer: Endpoint | undefined;
  readonly now: () => Date;
}

/**
 * Fetches what credentials are in Vault, and makes a client that sends them.
 * @throws NotAuthenticatedError when Vault doesn't give a credential; InvalidRequestError when it is
 * of no use; or what is retryable of Vault's.
 */
export async function connect(
  server: PrometheusServerConfig,
  { readSecret, issuer, now }: ConnectionNeeds,
): Promise<Connection> {
  const given = await revealed(server, readSecret);
  const { bearerToken, password, clientSecret, clientKey: key } = given;
  const { username, oauth2, clientCert: cert, ca } = server;
  const headers = given.headers === undefined ? {} : readHeaders(given.headers, server);
  const proxy = given.proxy === undefined ? undefined : readProxy(given.proxy, server);
  const authorization = authorizationOf(bearerToken, username, password);
  const tls = tlsOptions({ ca, cert, key }, server);
  // Through a tunnel, a proxy sees neither the path nor the credentials of HTTPS.
  const agentTo = (url: URL, options: TlsOptions) =>
    proxy === undefined ? agentFor(url, options) : agentThrough(proxy, url, options);
  const secrets = [
    ...[bearerToken, password, authorization?.replace(/^Basic /, "")],
    ...Object.values(headers),
    ...(proxy === undefined ? [] : credentialsOf(proxy)),
  ].filter((secret) => secret !== undefined);
  const redact = (text: string): string =>
    withoutSecrets(text, [...secrets, ...(tokens?.secrets ?? [])]);
  const tokens =
    oauth2 === undefined || clientSecret === undefined || issuer === undefined
      ? undefined
      : await accessTokens({
          ...oauth2,
          clientSecret,
          http: httpClient(agentTo(new URL(oauth2.tokenUrl), { ca: tls.ca })),
          endpoint: issuer,
          now,
          redact,
        });
  const url = new URL(server.url);
  const agent = agentTo(url, tls);
  return {
    http: httpClient(agent, {
      ...headers,
      ...(authorization && { Authorization: authorization }),
    }),
    open: () => {
      // One for CPU, one for memory.
      if (proxy === undefined) connectAhead(agent, url, 2);
    },
    fromVault: secretIdsOf(server).length > 0,
    tokens,
    redact,
  };
}

/** The server's credentials as texts. */
async function revealed(server: PrometheusServerConfig, readSecret: ReadSecret) {
  const all = Object.entries(server.credentials).map(async ([name, credential]) => {
    if (!("secretId" in credential)) return [name, credential.reveal()];
    const secret = await readSecret(credential.secretId).catch((error) =>
      unreadable(error, server),
    );
    return [name, secret.reveal().trim()];
  });
  type Texts = { readonly [K in keyof typeof server.credentials]: string | undefined };
  return Object.fromEntries(await Promise.all(all)) as Texts;
}

/** Loads the library only where there is an issuer. */
async function accessTokens(account: TokenAccount): Promise<AccessTokens> {
  const { AccessTokens: Tokens } = await import("./access-tokens.ts");
  return new Tokens(account);
}

function tlsOptions(
  { ca, cert, key }: { readonly [K in "ca" | "cert" | "key"]: string | undefined },
  { name, serverName }: PrometheusServerConfig,
): TlsOptions {
  // A CA of the operator's is trusted besides the built-in ones, which `ca` alone would replace.
  const tls = { ca: ca === undefined ? undefined : [...rootCertificates, ca], cert, key };
  try {
    // Without any there is nothing to try, and Node would read all of its own authorities for that.
    if ((ca ?? cert ?? key) !== undefined) createSecureContext(tls);
  } catch {
    // OpenSSL's words help nobody, and could be about the key.
    throw new InvalidRequestError(
      `The CA, client certificate or client key of Prometheus server "${name}" can't be used.`,
      { hint: "Give PEM text: the CA, and a client certificate with the key that belongs to it." },
    );
  }
  return { ...tls, servername: serverName };
}

function authorizationOf(
  bearer: string | undefined,
  username: string | undefined,
  password: string | undefined,
): string | undefined {
  if (bearer !== undefined) return `Bearer ${headerText(bearer, "bearer token")}`;
  if (username === undefined && password === undefined) return undefined;
  return `Basic ${basicCredentials(username, password)}`;
}

function headerText(text: string, what: string): string {
  if (/^[\t\x20-\x7e]+$/.test(text)) return text;
  throw new InvalidRequestError(`The ${what} must be printable ASCII on one line.`);
}

function readHeaders(text: string, { name }: PrometheusServerConfig) {
  const headers = v.safeParse(v.pipe(v.string(), v.parseJson(), headerNames), text);
  if (headers.success) return headers.output;
  throw new InvalidRequestError(
    `The headers of Prometheus server "${name}" must be a JSON object of names and values.`,
  );
}

function readProxy(text: string, { name }: PrometheusServerConfig): URL {
  const url = v.safeParse(proxyUrl, text);
  if (url.success) return new URL(url.output);
  throw new InvalidRequestError(`The proxy of Prometheus server "${name}" must be an http(s) URL.`);
}

/** As the tunnel sends them. */
function credentialsOf(proxy: URL): readonly string[] {
  const [username = "", password = ""] = [proxy.username, proxy.password].map(decodeURIComponent);
  return [password, basicCredentials(username, password)];
}

function unreadable(error: unknown, { name }: PrometheusServerConfig): never {
  if (!(error instanceof UtilizationError) || error.retryable) throw error;
  const { hint, message } = error;
  throw new NotAuthenticatedError(
    `The credentials of Prometheus server "${name}" can't be read: ${message}`,
    { hint },
  );
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  // Longest first, as a part of another would leave the rest of it behind.
  const telling = secrets.filter(({ length }) => length > 3).sort((a, b) => b.length - a.length);
  return telling.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}
