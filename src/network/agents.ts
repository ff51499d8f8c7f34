import { X509Certificate } from "node:crypto";
import { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIPv6, Socket } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { guardedLookup, isNamedAddress, refusalOf, withoutBrackets } from "./address-guard.ts";

/** What TLS takes besides Node's defaults, as PEM text. */
export interface TlsOptions {
  readonly ca?: string[] | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** What the certificate has to name, where that isn't the host. */
  readonly servername?: string | undefined;
}

/**
 * How agents keep connections: those that were idle for longer than this are closed, in
 * milliseconds. Between two calls, Fn freezes the function for as long as it likes, and a NAT forgets
 * idle connections without a word: an answer would be waited for in vain, on each of them.
 */
export const keeping = { keepAlive: true, timeout: 4_000 } as const;

/** One for all of them, so that no two wait for the same name. */
const lookup = guardedLookup();

/**
 * Connections to the host of a URL that is configured, or that the SDK has of a region, kept open. A host
 * that is written as an address is that address; a name is not to lead to one that isn't connected to
 * (address-guard.ts), and that is seen at connect time, however the address is disguised. Unlike Node's
 * own agent, it knows no proxy from the environment.
 */
export function agentFor(url: URL, tls: TlsOptions = {}): Agent {
  const agent = unguardedAgent(url, tls);
  if (isNamedAddress(url.hostname)) return agent;
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const refusal = refusalOf(options.host ?? "");
    if (refusal === undefined) return connect({ ...options, lookup }, callback);
    callback?.(refusal, new Socket());
    return undefined;
  };
  return agent;
}

/** An agent for those who see to it themselves where they connect to. */
export function unguardedAgent({ protocol }: URL, tls: TlsOptions): Agent {
  return protocol === "https:"
    ? new HttpsAgent({ ...keeping, ...tls, checkServerIdentity: checkIdentity })
    : new Agent(keeping);
}

/**
 * Whether a certificate is that of the host; the error, if not, as Node's checkServerIdentity returns
 * it. That takes no IPv6 address for one in Node 22.23, and finds it in no certificate; OpenSSL does.
 */
export function checkIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const hostname = withoutBrackets(host);
  const named = isIPv6(hostname) && new X509Certificate(certificate.raw).checkIP(hostname);
  return named ? undefined : checkServerIdentity(hostname, certificate);
}
