import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PrometheusClient } from "../../../src/prometheus/client.ts";
import { CertificateAuthority } from "../../support/certificates.ts";
import { anInvocation } from "../../support/invocation.ts";
import { prometheusServerConfig } from "../../support/prometheus-server-config.ts";

const empty = '{"status":"success","data":{"resultType":"vector","result":[]}}';

describe("serverName", () => {
  let authority: CertificateAuthority;
  let server: ReturnType<typeof createServer>;
  const namesSeen: unknown[] = [];

  beforeAll(async () => {
    authority = await CertificateAuthority.create();
    const pair = await authority.serverCertificate("metrics.example.com");
    server = createServer(pair, (request, response) => {
      namesSeen.push(Reflect.get(request.socket, "servername"));
      response.end(empty);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  const clientOf = (settings: object) => {
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = prometheusServerConfig({ url, ca: authority.cert, ...settings });
    return new PrometheusClient(config, () => new Date());
  };
  const query = (client: PrometheusClient) => {
    const readSecret = () => Promise.reject(new Error("there is no Vault"));
    return client.query("up", { invocation: anInvocation(), readSecret });
  };
  const ask = (settings: object) => query(clientOf(settings));

  it("is what the certificate has to name, and what the server is asked for", async () => {
    await ask({ serverName: "metrics.example.com" });

    expect(namesSeen).toEqual(["metrics.example.com"]);
  });

  it("holds for connections that are opened ahead, which the next queries have", async () => {
    const sockets: Socket[] = [];
    server.on("secureConnection", (socket: Socket) => sockets.push(socket));
    const client = clientOf({ serverName: "metrics.example.com" });
    await query(client);
    const [first] = sockets;
    // When it is closed on both ends, the client has seen it.
    const closed = first && once(first, "close");
    first?.end();
    await closed;

    client.connectAhead();
    await vi.waitFor(() => expect(sockets).toHaveLength(3), { timeout: 15_000 });
    await Promise.all([query(client), query(client)]);

    expect(sockets).toHaveLength(3);
    const stranger = clientOf({ serverName: "others.example.com" });
    for (let time = 0; time < 2; time++) {
      await expect(query(stranger)).rejects.toThrow("does not match");
      stranger.connectAhead();
    }
  });

  it.each([{}, { serverName: "others.example.com" }])(
    "lets no other certificate pass: %j",
    async (settings) => {
      await expect(ask(settings)).rejects.toMatchObject({
        code: "SOURCE_UNAVAILABLE",
        message: expect.stringContaining("does not match certificate's altnames"),
        transient: false,
      });
    },
  );
});
