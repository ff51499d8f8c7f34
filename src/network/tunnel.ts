import type { Agent, ClientRequestArgs, IncomingMessage } from "node:http";
import { isIP, isIPv6, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { withoutBrackets } from "./address-guard.ts";
import { agentFor, type TlsOptions, unguardedAgent } from "./agents.ts";
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
 * Connections through an HTTP proxy to the host of a URL, kept as all others are. `tls` is for the server
 * behind it; its CAs may know the proxy, too.
 */
export function agentThrough(proxy: URL, url: URL, tls: TlsOptions): Agent {
  const agent = unguardedAgent(url, tls);
  const toProxy = agentFor(proxy, { ca: tls.ca });
  const connect = agent.createConnection.bind(agent);
  const open = async (to: ClientRequestArgs) => {
    const over = { ...to, socket: await openTunnel(proxy, toProxy, to) };
    return url.protocol === "https:" ? connect(over) : over.socket;
  };
  agent.createConnection = (to, callback) => {
    open(to).then(
      (socket) => socket && callback?.(null, socket),
      (error) => callback?.(error, new Socket()),
    );
    return undefined;
  };
  return agent;
}

/**
 * @throws TunnelRefusedError for every answer but a 2xx: what follows is the proxy's, and never to be
 * taken for the server's. Node's parser limits the size of the answer.
 */
function openTunnel(proxy: URL, agent: Agent, to: ClientRequestArgs): Promise<Duplex> {
  const host = withoutBrackets(proxy.hostname);
  const authority = `${isIPv6(to.host ?? "") ? `[${to.host}]` : to.host}:${to.port}`;
  const options = {
    method: "CONNECT",
    protocol: proxy.protocol === "https:" ? "https:" : "http:",
    agent,
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
