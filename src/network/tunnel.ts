import type { ClientRequestArgs, IncomingMessage } from "node:http";
import { isIP, isIPv6, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { withoutBrackets } from "./address-guard.ts";
import { type Agents, agentOf, agentsFor, type TlsOptions, unguardedAgents } from "./agents.ts";
import { send } from "./send.ts";

/** A proxy that is there answers in less, in milliseconds. */
const patienceMs = 5_000;

/** The proxy made no tunnel, but gave an answer of its own. */
export class TunnelRefusedError extends Error {
  override readonly name = "TunnelRefusedError";
  readonly status: number;
  readonly retryAfter: string | undefined;

  constructor({ statusCode = 0, headers }: IncomingMessage) {
    super(`its proxy answered ${statusCode}`);
    this.status = statusCode;
    this.retryAfter = headers["retry-after"];
  }
}

/**
 * Connections through an HTTP proxy, kept as all others are. `tls` is for the servers behind it; its
 * CAs may know the proxy, too.
 */
export function agentsThrough(proxy: URL, tls: TlsOptions): Agents {
  const agents = unguardedAgents(tls);
  const toProxy = agentsFor(proxy.href, { ca: tls.ca });
  const open = (to: ClientRequestArgs) => openTunnel(proxy, toProxy, to);
  const connectTls = agents.https.createConnection.bind(agents.https);
  connectBy(agents.http, open);
  connectBy(agents.https, async (to) => {
    const over = { ...to, socket: await open(to) };
    return connectTls(over);
  });
  return agents;
}

function connectBy(
  agent: Agents["http"],
  connect: (to: ClientRequestArgs) => Promise<ReturnType<typeof agent.createConnection>>,
): void {
  agent.createConnection = (to, callback) => {
    connect(to).then(
      (socket) => socket && callback?.(null, socket),
      (error) => callback?.(error, new Socket()),
    );
    return undefined;
  };
}

/**
 * @throws TunnelRefusedError for every answer but a 2xx: what follows is the proxy's, and never to be
 * taken for the server's. Node's parser limits the size of the answer.
 */
function openTunnel(proxy: URL, agents: Agents, to: ClientRequestArgs): Promise<Duplex> {
  const host = withoutBrackets(proxy.hostname);
  const authority = `${isIPv6(to.host ?? "") ? `[${to.host}]` : to.host}:${to.port}`;
  const options = {
    method: "CONNECT",
    protocol: proxy.protocol === "https:" ? "https:" : "http:",
    agent: agentOf(proxy, agents),
    host,
    port: proxy.port,
    path: authority,
    headers: { host: authority, ...authorizationOf(proxy) },
    // Node would take the name for TLS from the header.
    servername: isIP(host) === 0 ? host : "",
  };
  return new Promise((resolve, reject) => {
    const outgoing = send(options);
    // Whoever gives up a request can't reach a connection that is still becoming a tunnel.
    const timer = setTimeout(() => {
      outgoing.destroy(new Error("no answer"));
    }, patienceMs);
    outgoing.on("close", () => clearTimeout(timer));
    outgoing.on("error", (error) => {
      // Else a reader would look for the server at an address that is the proxy's.
      for (const one of error instanceof AggregateError ? error.errors : [error]) {
        one.message = `its proxy: ${one.message}`;
      }
      reject(error);
    });
    outgoing.on("connect", (answer, socket) => {
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) return resolve(socket);
      socket.destroy();
      reject(new TunnelRefusedError(answer));
    });
    outgoing.end();
  });
}

function authorizationOf({ username, password }: URL): { readonly [header: string]: string } {
  if (username === "" && password === "") return {};
  const credentials = [username, password].map(decodeURIComponent);
  return { "proxy-authorization": `Basic ${basicCredentials(...credentials)}` };
}

/** A user and a password as a header shows them behind `Basic ` (RFC 7617). */
export function basicCredentials(username = "", password = ""): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}
