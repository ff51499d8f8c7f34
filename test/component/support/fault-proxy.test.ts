import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FaultProxy } from "../../support/fault-proxy.ts";
import {
  blackHole,
  drippingBody,
  echo,
  enormousJson,
  gatewayError,
  gzipBomb,
  halfABody,
  htmlPage,
  jsonCalledHtml,
  redirect,
  refusal,
  reset,
  slowHeaders,
  truncatedJson,
} from "../../support/faults.ts";
import { ociDialect, prometheusDialect } from "../../support/source-dialects.ts";

const gibibyte = 1024 ** 3;

describe("a fault proxy", () => {
  let upstream: Server;
  const proxies: FaultProxy[] = [];

  beforeAll(async () => {
    upstream = createServer(async (request, response) => {
      const { method, url, headers } = request;
      const body = (await buffer(request)).toString();
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ method, url, headers, body }));
    });
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  });

  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  afterAll(() => {
    upstream.close();
  });

  async function start(): Promise<FaultProxy> {
    const { port } = upstream.address() as AddressInfo;
    const proxy = await FaultProxy.start({ upstream: `http://127.0.0.1:${port}` });
    proxies.push(proxy);
    return proxy;
  }

  it("passes on what was sent, with the host that was meant", async () => {
    const proxy = await start();

    const response = await fetch(`${proxy.url}/path?a=b%20c`, {
      method: "POST",
      headers: { authorization: "Signature x", "content-type": "text/plain" },
      body: "é",
    });

    expect(await response.json()).toMatchObject({
      method: "POST",
      url: "/path?a=b%20c",
      body: "é",
      headers: {
        host: new URL(proxy.url).host,
        authorization: "Signature x",
        "content-type": "text/plain",
        "content-length": "2",
      },
    });
  });

  it("injects a fault into the requests that are meant, as often as it is told to", async () => {
    const proxy = await start();
    proxy.inject(refusal(ociDialect, 429, { "retry-after": "7" }), {
      where: ({ url }) => url === "/this",
      times: 2,
    });

    const statuses: number[] = [];
    for (const path of ["/that", "/this", "/this", "/this"]) {
      statuses.push((await fetch(proxy.url + path)).status);
    }

    expect(statuses).toEqual([200, 429, 429, 200]);
    expect([proxy.requests, proxy.faults]).toEqual([4, 2]);
  });

  it("refuses connections, and takes them again on the same port", async () => {
    const proxy = await start();
    await (await fetch(proxy.url)).text();

    await proxy.refuse();
    await expect(fetch(proxy.url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });

    await proxy.accept();
    expect((await fetch(proxy.url)).status).toBe(200);
  });

  it.each([
    ["reset", reset, "ECONNRESET"],
    ["half a body", halfABody, "UND_ERR_SOCKET"],
  ] as const)("breaks a connection: %s", async (_, fault, code) => {
    const proxy = await start();
    proxy.inject(fault);
    const answer = fetch(proxy.url).then((response) => response.text());
    await expect(answer).rejects.toMatchObject({ cause: { code } });
  });

  it.each([
    ["black hole", blackHole],
    ["slow headers", slowHeaders],
    ["dripping body", drippingBody],
  ] as const)("never comes to an end: %s", async (_, fault) => {
    const proxy = await start();
    proxy.inject(fault);
    const signal = AbortSignal.timeout(1_000);
    const answer = fetch(proxy.url, { signal }).then((response) => response.text());
    await expect(answer).rejects.toThrow("timeout");
  });

  it("answers with what is not JSON, or not all of it", async () => {
    const proxy = await start();
    const answerWith = async (fault: Parameters<FaultProxy["inject"]>[0]) => {
      proxy.inject(fault);
      const response = await fetch(proxy.url);
      return [response.status, response.headers.get("content-type"), await response.text()];
    };

    expect(await answerWith(htmlPage)).toEqual([200, "text/html", expect.stringMatching(/^<!/)]);
    expect(await answerWith(gatewayError(504))).toEqual([
      504,
      "text/html",
      expect.stringMatching(/^<!/),
    ]);
    expect(await answerWith(jsonCalledHtml)).toEqual([
      200,
      "text/html",
      expect.stringMatching(/^\{.*\}$/),
    ]);
    expect(await answerWith(truncatedJson)).toEqual([
      200,
      "application/json",
      expect.stringMatching(/^\{.*[^}]$/),
    ]);
  });

  it("sends a gigabyte in a megabyte", async () => {
    const proxy = await start();
    proxy.inject(gzipBomb(ociDialect));

    const response = await fetch(proxy.url);
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.length;

    expect(Number(response.headers.get("content-length"))).toBeLessThan(1.2 * 1024 ** 2);
    expect(bytes).toBeGreaterThan(gibibyte);
  });

  it("stops sending when the client has seen enough", async () => {
    const proxy = await start();
    proxy.inject(enormousJson(prometheusDialect));

    const reader = (await fetch(proxy.url)).body?.getReader();
    const first = await reader?.read();
    const [socket] = proxy.sockets;
    await reader?.cancel();

    expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^\{"status":"success"/);
    await expect.poll(() => socket?.destroyed).toBe(true);
    expect(socket?.bytesWritten).toBeLessThan(gibibyte / 8);
  });

  it("repeats what it was sent, and leads elsewhere", async () => {
    const proxy = await start();
    proxy.inject(echo(prometheusDialect, 401));
    const told = await fetch(proxy.url, { headers: { authorization: "Bearer s3cret" } });
    expect(await told.json()).toMatchObject({ error: expect.stringContaining("Bearer s3cret") });

    proxy.inject(redirect(307, "http://elsewhere.example/"));
    const { status, headers } = await fetch(proxy.url, { redirect: "manual" });
    expect([status, headers.get("location")]).toEqual([307, "http://elsewhere.example/"]);
  });
});
