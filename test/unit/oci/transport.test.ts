import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { common } from "oci-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentFor } from "../../../src/network/agents.ts";
import { RequestHeaders } from "../../../src/oci/request-headers.ts";
import { transportOf } from "../../../src/oci/transport.ts";
import { anInvocation } from "../../support/invocation.ts";

describe("transportOf", () => {
  let server: Server;
  let uri: string;
  beforeAll(async () => {
    server = createServer((_, response) => {
      response.writeHead(101, { connection: "upgrade", upgrade: "another" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/20160918/instancePools`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it("fails at once, and for good, when the service switches to another protocol", async () => {
    const signer = { signHttpRequest: async () => {} } as unknown as common.DefaultRequestSigner;
    const headers = new RequestHeaders() as unknown as Headers;
    const { signal, usage } = anInvocation();
    const context = { service: "Compute", signal, usage, asker: "person" } as const;
    const call = transportOf(signer, agentFor, context);

    await expect(call.send({ uri, method: "GET", headers })).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      message: `Compute can't be reached at ${new URL(uri).host}: it answered 101 Switching Protocols`,
      hint: expect.stringContaining("HTTPS_PROXY"),
      transient: false,
    });
  });
});
