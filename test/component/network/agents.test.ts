import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentFor, keeping } from "../../../src/network/agents.ts";

describe("agentFor", () => {
  let server: Server;
  let url: string;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    server = createServer(async ({ url = "" }, response) => {
      await delay(Number(url.slice(1)));
      response.end("answer");
    });
    server.keepAliveTimeout = 0;
    server.on("connection", (socket) => sockets.push(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => server.close());

  it("keeps a connection while it is used, however slow the answer, and not for long", async () => {
    const agent = agentFor(new URL(url));
    const ask = async (answerMs: number) => {
      const outgoing = request(`${url}/${answerMs}`, { agent });
      outgoing.end();
      const [incoming] = await once(outgoing, "response");
      incoming.resume();
      await once(incoming, "end");
    };

    await ask(0);
    await ask(keeping.timeout + 500);
    await ask(0);

    expect(sockets).toHaveLength(1);
    await once(sockets[0] as Socket, "close");
  });
});
