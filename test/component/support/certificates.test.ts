import { once } from "node:events";
import { createServer, type RequestOptions, request } from "node:https";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { CertificateAuthority, type KeyPair } from "../../support/certificates.ts";

describe("a certificate authority of a test", () => {
  let authority: CertificateAuthority;
  beforeAll(async () => {
    authority = await CertificateAuthority.create();
  });

  /** The status, or the code of the error, of a request to a server that asks for certificates. */
  async function ask(server: KeyPair, client: RequestOptions): Promise<unknown> {
    const listener = createServer(
      { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
      (_, response) => response.end(),
    );
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    try {
      const outgoing = request({ host: "127.0.0.1", port, agent: false, ...client });
      outgoing.end();
      const [response] = await once(outgoing, "response");
      response.resume();
      return response.statusCode;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    } finally {
      listener.closeAllConnections();
      listener.close();
    }
  }

  it("makes servers and clients that trust each other", async () => {
    const server = await authority.serverCertificate("127.0.0.1");
    const client = await authority.clientCertificate("function");

    expect(await ask(server, { ca: authority.cert, ...client })).toBe(200);
  });

  it("is unknown to whoever isn't told of it", async () => {
    const server = await authority.serverCertificate("127.0.0.1");
    expect(await ask(server, {})).toBe("SELF_SIGNED_CERT_IN_CHAIN");
  });

  it("makes servers of another name", async () => {
    const server = await authority.serverCertificate("elsewhere.example");
    expect(await ask(server, { ca: authority.cert })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("has servers refuse a client of another authority", async () => {
    const server = await authority.serverCertificate("127.0.0.1");
    const stranger = await (await CertificateAuthority.create("Stranger")).clientCertificate("x");
    const refused = await ask(server, { ca: authority.cert, ...stranger });
    expect(refused).not.toBe(200);
  });
});
