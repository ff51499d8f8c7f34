import { createSecureContext, rootCertificates } from "node:tls";
import axios, { type AxiosInstance } from "axios";
import * as v from "valibot";
import {
  type Credential,
  headerNames,
  type PrometheusServerConfig,
  proxyUrl,
} from "../config/prometheus-servers.ts";
import type { Secret } from "../config/secret.ts";
import { InvalidRequestError, NotAuthenticatedError, UtilizationError } from "../errors.ts";
import { type Agents, agentsFor, type TlsOptions } from "../network/agents.ts";
import { basicCredentials } from "../network/basic-credentials.ts";
import { send } from "../network/send.ts";
import { agentsThrough } from "../network/tunnel.ts";

/** Reads a secret of OCI Vault. */
export type ReadSecret = (secretId: string) => Promise<Secret>;

/** A server with its credentials. */
export interface Connection {
  readonly http: AxiosInstance;
  /** Whether credentials came from Vault, where there may be newer ones. */
  readonly fromVault: boolean;
  /** The text without the credentials: servers and proxies have been seen to repeat what they got. */
  redact(text: string): string;
}

/**
 * Fetches what credentials are in Vault, and makes a client that sends them.
 * @throws NotAuthenticatedError when Vault doesn't give a credential; InvalidRequestError when it is
 * of no use; or what is retryable of Vault's.
 */
export async function connect(
  server: PrometheusServerConfig,
  readSecret: ReadSecret,
): Promise<Connection> {
  let fromVault = false;
  const reveal = async (credential: Credential | undefined): Promise<string | undefined> => {
    if (credential === undefined) return undefined;
    if (!("secretId" in credential)) return credential.reveal();
    fromVault = true;
    const secret = await readSecret(credential.secretId).catch((error) =>
      unreadable(error, server),
    );
    return secret.reveal().trim();
  };
  const { auth, clientCert, ca } = server;
  const [bearer, password, headers, key, proxy] = await Promise.all([
    reveal(auth.bearerToken),
    reveal(auth.password),
    reveal(server.headers),
    reveal(server.clientKey),
    reveal(server.proxy),
  ]);
  const own = headers === undefined ? {} : readHeaders(headers, server);
  const authorization = authorizationOf(bearer, auth.username, password);
  const tls = tlsOptions({ ca, cert: clientCert, key }, server);
  const via = proxy === undefined ? undefined : readProxy(proxy, server);
  const secrets = [
    ...[bearer, password, authorization?.replace(/^Basic /, "")],
    ...Object.values(own),
    ...(via === undefined ? [] : credentialsOf(via)),
  ];
  return {
    http: createClient(
      { ...own, ...(authorization === undefined ? {} : { Authorization: authorization }) },
      // Through a tunnel, a proxy sees neither the path nor the credentials of HTTPS.
      via === undefined ? agentsFor(server.url, tls) : agentsThrough(via, tls),
    ),
    fromVault,
    redact: redactor(secrets.filter((value) => value !== undefined)),
  };
}

function createClient(headers: Readonly<Record<string, string>>, agents: Agents): AxiosInstance {
  return axios.create({
    httpAgent: agents.http,
    httpsAgent: agents.https,
    transport: { request: send },
    headers: { ...headers, Accept: "application/json", "Accept-Encoding": "gzip" },
    // axios would decompress Brotli, too, and whoever sends that chooses how many megabytes it takes.
    decompress: false,
    // A redirect turns the POST into a GET, and takes tenant headers along to strangers.
    maxRedirects: 0,
    // A function's configuration is its environment: a key HTTP_PROXY would divert the tokens.
    proxy: false,
    responseType: "stream",
    validateStatus: () => true,
  });
}

function tlsOptions(
  { ca, cert, key }: { readonly [K in "ca" | "cert" | "key"]: string | undefined },
  { name }: PrometheusServerConfig,
): TlsOptions {
  const tls = {
    // A CA of the operator's is trusted besides the built-in ones, which `ca` alone would replace.
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  try {
    // Without any there is nothing to try, and Node would read all of its own authorities for that.
    if (Object.keys(tls).length > 0) createSecureContext(tls);
  } catch {
    // OpenSSL's words help nobody, and could be about the key.
    throw new InvalidRequestError(
      `The CA, client certificate or client key of Prometheus server "${name}" can't be used.`,
      { hint: "Give PEM text: the CA, and a client certificate with the key that belongs to it." },
    );
  }
  return tls;
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

function redactor(secrets: readonly string[]): (text: string) => string {
  // Longest first, lest a part of another leave the rest of it behind.
  const telling = secrets.filter(({ length }) => length > 3).sort((a, b) => b.length - a.length);
  return (text) => telling.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}
