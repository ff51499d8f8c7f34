import type { Agent } from "node:http";
import { isIP, Socket } from "node:net";
import { urlToHttpOptions } from "node:url";

/** Connections that no request has so far, by host and port, and how the agent makes others. */
interface Ahead {
  readonly waiting: Map<string, Socket[]>;
  readonly connect: Agent["createConnection"];
}

const aheadOf = new WeakMap<Agent, Ahead>();

/**
 * Opens connections that requests through this agent are about to need, so that they need not wait for
 * them. One that is not taken is closed as idle ones are; why one fails is the request's to find out.
 */
export function connectAhead(agent: Agent, url: URL, count: number): void {
  const { hostname, port } = urlToHttpOptions(url);
  const host = hostname ?? "";
  const to = { host, port: Number(port) || (url.protocol === "https:" ? 443 : 80) };
  const name = nameOf(to);
  if (Object.keys(agent.freeSockets).some((known) => known.startsWith(`${name}:`))) return;
  const { waiting, connect } = prepare(agent);
  const sockets = waiting.get(name) ?? [];
  waiting.set(name, sockets);
  while (sockets.length < count) {
    const options = { servername: isIP(host) === 0 ? host : "", ...optionsOf(agent), ...to };
    // Who connects in steps, as through a proxy, gives it later: then it is ahead of nothing.
    const socket = connect(options, (_, late?: unknown) => {
      if (late instanceof Socket) late.destroy();
    });
    if (!(socket instanceof Socket)) return;
    sockets.push(socket);
    // Until a request has taken it; then it is the agent's.
    const close = () => {
      if (!sockets.includes(socket)) return;
      sockets.splice(sockets.indexOf(socket), 1);
      socket.destroy();
    };
    socket.on("error", close).on("close", close).on("timeout", close);
  }
}

/** Has the agent take the connections that wait, before it makes others. */
function prepare(agent: Agent): Ahead {
  const known = aheadOf.get(agent);
  if (known !== undefined) return known;
  const ahead = {
    waiting: new Map<string, Socket[]>(),
    connect: agent.createConnection.bind(agent),
  };
  aheadOf.set(agent, ahead);
  agent.createConnection = (options, callback) =>
    ahead.waiting.get(nameOf(options))?.shift() ?? ahead.connect(options, callback);
  return ahead;
}

/** What it was made with, as it gives it to createConnection; @types/node doesn't know it. */
function optionsOf(agent: Agent): object {
  return (agent as { readonly options?: object }).options ?? {};
}

function nameOf({ host, port }: { readonly host?: unknown; readonly port?: unknown }): string {
  return `${host}:${port}`;
}
