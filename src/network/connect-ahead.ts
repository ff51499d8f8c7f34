import type { Agent } from "node:http";
import { isIP, Socket } from "node:net";
import { urlToHttpOptions } from "node:url";
import { oncePer } from "../once.ts";

/** An agent's connections that no request has so far, which it takes before it makes others; and how it makes those. */
const aheadOf = oncePer((agent: Agent) => {
  const sockets: Socket[] = [];
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => sockets.shift() ?? connect(options, callback);
  return { sockets, connect };
});

/**
 * Opens connections that requests through this agent are about to need, so that they need not wait for
 * them. One that is not taken is closed as idle ones are; why one fails is the request's to find out.
 * @param agent is for the URL's host alone, as all are (agents.ts)
 */
export function connectAhead(agent: Agent, url: URL, count: number): void {
  if (Object.keys(agent.freeSockets).length > 0) return;
  const { hostname, port } = urlToHttpOptions(url);
  const host = hostname ?? "";
  const to = { host, port: Number(port) || (url.protocol === "https:" ? 443 : 80) };
  const { sockets, connect } = aheadOf(agent);
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

/** What it was made with, as it gives it to createConnection; @types/node doesn't know it. */
function optionsOf(agent: Agent): object {
  return (agent as { readonly options?: object }).options ?? {};
}
