import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import { request as requestHttps } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { agentThrough } from "../../../src/network/tunnel.ts";

describe("a tunnel", () => {
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

  const ask = (agent: ReturnType<typeof agentThrough>) => request(urlOf(server), { agent }).end();
  const connection = async () => (await once(proxy, "connection")) as [Socket];
  const agentBehind = () => agentThrough(new URL(urlOf(proxy)), new URL(urlOf(server)), {});

  it("is kept for the next request, and closed when it was idle for long", async () => {
    const agent = agentBehind();
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
    const waiting = ask(agentBehind());
    const gone = ask(agentBehind()).on("error", () => {});
    gone.destroy();
    await expect.poll(() => connectionsOf(proxy)).toBe(2);

    await expect(once(waiting, "response")).rejects.toThrow("its proxy: no answer");

    await expect.poll(() => connectionsOf(proxy)).toBe(0);
  });
});

describe("a proxy that makes no tunnel", () => {
  const servers: TcpServer[] = [];
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const each of servers.splice(0)) each.close();
  });

  /** A proxy that says this, whatever it is asked. */
  async function proxyThat(says: (socket: Socket) => void): Promise<string> {
    const proxy = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.once("data", () => says(socket));
    });
    servers.push(proxy);
    return urlOf(await listening(proxy));
  }

  /** What is answered by a server behind it. */
  async function answerThrough(proxy: string, protocol: "http" | "https" = "https") {
    const url = new URL(`${protocol}://prometheus.example:9090`);
    const agent = agentThrough(new URL(proxy), url, {});
    const send = protocol === "https" ? requestHttps : request;
    const outgoing = send(url, { agent }).end();
    const [incoming] = await once(outgoing, "response");
    return incoming.statusCode;
  }

  it("is named in the error when nothing is there", async () => {
    const proxy = await proxyThat(() => {});
    const gone = servers.pop();
    gone?.close();
    if (gone !== undefined) await once(gone, "close");

    await expect(answerThrough(proxy)).rejects.toThrow(/^its proxy: connect ECONNREFUSED/);
  });

  const forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";

  it.each([
    ["100 Continue", 100],
    ["101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: http/1.1", 101],
    ["103 Early Hints", 103],
    ["302 Found\r\nLocation: /", 302],
    ["403 Forbidden", 403],
    ["503 Service Unavailable", 503],
  ])("can't pass off its own answer as the server's after %s", async (first, status) => {
    const proxy = await proxyThat((socket) => socket.write(`HTTP/1.1 ${first}\r\n\r\n${forged}`));

    for (const protocol of ["https", "http"] as const) {
      await expect(answerThrough(proxy, protocol)).rejects.toMatchObject({
        name: "TunnelRefusedError",
        message: `its proxy answered ${status}`,
        status,
      });
    }

    await expect.poll(() => sockets.filter(({ destroyed }) => !destroyed)).toEqual([]);
  });

  it("can't do so after 200 either, where the server speaks TLS", async () => {
    const proxy = await proxyThat((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n\r\n${forged}`);
      socket.once("data", () => socket.end(forged));
    });

    await expect(answerThrough(proxy)).rejects.toThrow(/SSL|TLS/);
  });

  it("is left when its answer has no end", async () => {
    const proxy = await proxyThat((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`);
    });

    await expect(answerThrough(proxy)).rejects.toMatchObject({ code: "HPE_HEADER_OVERFLOW" });
  });

  it("is not repeated when what it says is no HTTP", async () => {
    const proxy = await proxyThat((socket) => socket.end("HTTP/1.1 403 No\r\nno s3cret\r\n\r\n"));

    await expect(answerThrough(proxy)).rejects.toThrow(/^its proxy: Parse Error: (?!.*s3cret)/);
  });

  it("is not reached by a name that leads to this machine", async () => {
    const { port } = new URL(await proxyThat(() => {}));

    // A URL of no known scheme keeps a name that only the resolver takes for an address.
    await expect(answerThrough(`tcp://127.1:${port}`)).rejects.toThrow(
      "127.1, which is 127.0.0.1, is an address that is never connected to",
    );
    expect(sockets).toEqual([]);
  });
});

const urlOf = (of: TcpServer) => `http://127.0.0.1:${(of.address() as AddressInfo).port}`;

async function listening<S extends TcpServer>(server: S): Promise<S> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
