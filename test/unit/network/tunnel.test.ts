import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Tunnel } from "../../../src/network/tunnel.ts";

describe("Tunnel", () => {
  let server: Server;
  let proxy: Server;
  let silent = false;

  beforeAll(async () => {
    server = await listening(createServer((_, response) => response.end("answer")));
    server.keepAliveTimeout = 0;
    proxy = createServer();
    proxy.on("connect", ({ url = "" }, socket) => {
      socket.on("error", () => {});
      if (silent) return void socket.on("end", () => socket.end()).resume();
      const [host, port] = url.split(":");
      const upstream = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on("error", () => socket.destroy());
    });
    await listening(proxy);
  });

  afterAll(() => {
    for (const each of [server, proxy]) each.close();
  });

  const urlOf = (of: Server) => `http://127.0.0.1:${(of.address() as AddressInfo).port}`;
  const ask = (agent: Tunnel) => request(urlOf(server), { agent }).end();
  const connection = async () => (await once(proxy, "connection")) as [Socket];
  const tunnel = () => new Tunnel(new URL(urlOf(proxy)), {});

  it("is kept for the next request, and closed when it was idle for long", async () => {
    const agent = tunnel();
    const connected = connection();

    for (let call = 0; call < 2; call++) {
      const [incoming] = await once(ask(agent), "response");
      incoming.resume();
      await once(incoming, "end");
    }

    const [socket] = await connected;
    expect(await connectionsOf(proxy)).toBe(1);
    await once(socket, "close");
  });

  it("is given up when the proxy does not answer, also by whoever asked for it", async () => {
    silent = true;
    const waiting = ask(tunnel());
    const gone = ask(tunnel()).on("error", () => {});
    gone.destroy();
    await expect.poll(() => connectionsOf(proxy)).toBe(2);

    await expect(once(waiting, "response")).rejects.toThrow("its proxy does not answer");

    await expect.poll(() => connectionsOf(proxy)).toBe(0);
  });
});

async function listening(server: Server): Promise<Server> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
