import { X509Certificate } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
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

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * How agents keep connections: those that were idle for longer than this are closed, in
 * milliseconds. Between two calls, Fn freezes the function for as long as it likes, and a NAT forgets
 * idle connections without a word: an answer would be waited for in vain, on each of them.
 */
export const keeping = { keepAlive: true, timeout: 4_000 } as const;

/**
 * Connections to the host of a URL from the configuration, kept open. A host that is written as an
 * address is that address; a name is not to lead to one that isn't connected to (address-guard.ts).
 * Unlike Node's own agents, these know no proxy from the environment.
 */
export function agentsFor(configuredUrl: string, tls: TlsOptions = {}): Agents {
  const agents = unguardedAgents(tls);
  return isNamedAddress(new URL(configuredUrl).hostname) ? agents : guarded(agents);
}

/** Agents that refuse at connect time, however the address is disguised. */
export function guardedAgents(): Agents {
  return guarded(unguardedAgents());
}

/** Agents for those who see to it themselves where they connect to. */
export function unguardedAgents(tls: TlsOptions = {}): Agents {
  return {
    http: new HttpAgent(keeping),
    https: new HttpsAgent({ ...keeping, ...tls, checkServerIdentity: checkIdentity }),
  };
}

/** Which of them connects to a URL. */
export function agentOf({ protocol }: URL, { http, https }: Agents): HttpAgent {
  return protocol === "https:" ? https : http;
}

/** One for all of them, so that no two wait for the same name. */
const lookup = guardedLookup();

function guarded(agents: Agents): Agents {
  for (const agent of [agents.http, agents.https]) {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      const refusal = refusalOf(options.host ?? "");
      if (refusal === undefined) return connect({ ...options, lookup }, callback);
      callback?.(refusal, new Socket());
      return undefined;
    };
  }
  return agents;
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
