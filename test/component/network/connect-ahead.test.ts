import { once } from "node:events";
import { type Agent, createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { agentFor } from "../../../src/network/agents.ts";
import { connectAhead } from "../../../src/network/connect-ahead.ts";
import { send } from "../../../src/network/send.ts";
import { CertificateAuthority } from "../../support/certificates.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that counts its connections. */
async function listen(server: Server, protocol: "http" | "https") {
  const sockets: Socket[] = [];
  servers.push(server);
  server.on(protocol === "https" ? "secureConnection" : "connection", (s) => sockets.push(s));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { sockets, url: new URL(`${protocol}://127.0.0.1:${port}/`) };
}

async function ask(url: URL, agent: Agent): Promise<number | undefined> {
  const { protocol, hostname, port, pathname: path } = url;
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { protocol, hostname, port, path, agent };
    send(options, resolve).on("error", reject).end();
  });
  incoming.resume();
  await once(incoming, "end");
  return incoming.statusCode;
}

describe("connectAhead", () => {
  it("opens connections that the next requests have, and no others", async () => {
    const { sockets, url } = await listen(
      createServer((_, response) => response.end()),
      "http",
    );
    const agent = agentFor(url);

    connectAhead(agent, url, 2);
    connectAhead(agent, url, 2);
    while (sockets.length < 2) await new Promise(setImmediate);

    expect(await Promise.all([ask(url, agent), ask(url, agent)])).toEqual([200, 200]);
    connectAhead(agent, url, 2);
    expect(await ask(url, agent)).toBe(200);
    expect(sockets).toHaveLength(2);
  });

  it("opens them over TLS, with the agent's authorities", async () => {
    const authority = await CertificateAuthority.create();
    const { cert, key } = await authority.serverCertificate("127.0.0.1");
    const server = createTlsServer({ cert, key }, (_, response) => response.end());
    const { sockets, url } = await listen(server, "https");
    const agent = agentFor(url, { ca: [authority.cert] });

    connectAhead(agent, url, 1);
    while (sockets.length < 1) await new Promise(setImmediate);

    expect(await ask(url, agent)).toBe(200);
    expect(sockets).toHaveLength(1);
  });

  it("closes what no request takes", async () => {
    const { sockets, url } = await listen(createServer(), "http");
    connectAhead(agentFor(url), url, 1);
    while (sockets.length < 1) await new Promise(setImmediate);

    await once(sockets[0] as Socket, "close");
  });

  it("leaves it to the request to find that nobody is there", async () => {
    const server = createTcpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    server.close();
    await once(server, "close");
    const agent = agentFor(url);

    connectAhead(agent, url, 2);

    await expect(ask(url, agent)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expect(ask(url, agent)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("refuses an address that is none of ours, as the request does", () => {
    const url = new URL("http://169.254.169.254/");

    expect(() => connectAhead(agentFor(new URL("http://example.com")), url, 1)).not.toThrow();
  });
});
