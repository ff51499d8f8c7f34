import { createServer, type IncomingHttpHeaders, Server } from "node:http";
import {
  type AddressInfo,
  createServer as createSocketServer,
  type Server as SocketServer,
} from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PrometheusClient } from "../../../src/prometheus/client.ts";
import { Secret } from "../../../src/secret.ts";
import { anInvocation } from "../../support/invocation.ts";
import { prometheusServerConfig } from "../../support/prometheus-server-config.ts";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that records what it receives and gives one answer. */
async function listen(
  status = 200,
  headers: Readonly<Record<string, string>> = {},
  answer: string | Buffer = empty,
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url } = request;
      received.push({
        method,
        url,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(answer);
    });
  });
  return { url: await urlOf(server), received };
}

/** A server whose answer depends on the credentials. */
async function listenWith(
  answerOf: (authorization: string) => Promise<readonly [status: number, body: string]>,
) {
  const server = createServer(async ({ headers: { authorization = "" } }, response) => {
    const [status, body] = await answerOf(authorization);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  return { url: await urlOf(server) };
}

/** A proxy that answers everybody's CONNECT with these bytes. */
async function listenToTunnels(answerOf: (credentials: string) => string) {
  let received = "";
  const proxy = createSocketServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (head) => {
      received = String(head);
      socket.end(answerOf(/^Proxy-Authorization: (.*)\r$/m.exec(received)?.[1] ?? ""));
    });
  });
  return { url: await urlOf(proxy), received: () => received };
}

async function urlOf(server: SocketServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(() => {
    if (server instanceof Server) server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const empty = '{"status":"success","data":{"resultType":"vector","result":[]}}';
const servers: (() => Promise<unknown>)[] = [];

const noVault = () => Promise.reject(new Error("there is no Vault"));

/** Asks as the collector does. */
function client(url: string, settings: object = {}) {
  const server = prometheusServerConfig({ url, ...settings });
  const asked = new PrometheusClient(server, () => new Date());
  return {
    query: (promql: string, time?: Date) =>
      asked.query(promql, { invocation: anInvocation(), readSecret: noVault, time }),
  };
}

describe("PrometheusClient", () => {
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const close of servers.splice(0)) await close();
  });

  it("posts the query as a form, below the path of the server, with its credentials", async () => {
    const { url, received } = await listen();
    const credentials = {
      auth: { bearerToken: "s3cret" },
      headers: { "X-Scope-OrgID": "team" },
    };

    await client(`${url}/prometheus`, credentials).query("up", new Date(1_795_465_525_746));

    expect(received).toMatchObject([
      {
        method: "POST",
        url: "/prometheus/api/v1/query",
        body: "query=up&time=1795465525.746",
        headers: {
          authorization: "Bearer s3cret",
          "x-scope-orgid": "team",
          "content-type": expect.stringContaining("application/x-www-form-urlencoded"),
        },
      },
    ]);
  });

  it("follows no redirect, and so takes its credentials nowhere", async () => {
    const stranger = await listen();
    const { url } = await listen(307, { location: `${stranger.url}/api/v1/query` });

    await expect(client(url, { auth: { bearerToken: "s3cret" } }).query("up")).rejects.toThrow(
      "answered 307",
    );
    expect(stranger.received).toEqual([]);
  });

  it("goes through no proxy that the environment names", async () => {
    const proxy = await listen();
    const { url, received } = await listen();
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) vi.stubEnv(name, proxy.url);

    await client(url).query("up");

    expect(received).toHaveLength(1);
    expect(proxy.received).toEqual([]);
  });

  it("refuses an answer that no pool could have", async () => {
    const { url } = await listen(200, {}, " ".repeat(17_000_000));

    await expect(client(url).query("up")).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      message: expect.stringContaining("answered more than can be read"),
      transient: false,
    });
  });

  it.each([
    ["gzip", gzipSync(empty), "answer"],
    ["br", brotliCompressSync(empty), "answered application/json, not JSON"],
  ])(
    "reads what is compressed with %s only if it asks for that",
    async (encoding, body, outcome) => {
      const { url, received } = await listen(200, { "content-encoding": encoding }, body);

      const answered = client(url)
        .query("up")
        .then(
          () => "answer",
          ({ message }) => message,
        );

      expect(await answered).toContain(outcome);
      expect(received).toMatchObject([{ headers: { "accept-encoding": "gzip" } }]);
    },
  );

  it("takes a refusal for one, even if it can't be read", async () => {
    const { url } = await listen(401, {}, "[".repeat(1_000_000));

    await expect(client(url).query("up")).rejects.toMatchObject({ code: "NOT_AUTHENTICATED" });
  });

  it.each([
    [400, "bad_data: parse error", "INTERNAL"],
    [422, "execution: query processing would load too many samples", "SOURCE_UNAVAILABLE"],
    [503, "timeout: query timed out", "SOURCE_UNAVAILABLE"],
  ])("passes on what the server says of its %i", async (status, said, code) => {
    const [errorType, error] = said.split(": ");
    const { url } = await listen(status, {}, JSON.stringify({ status: "error", errorType, error }));

    await expect(client(url).query("up")).rejects.toMatchObject({
      code,
      message: expect.stringContaining(said),
    });
  });

  it.each([
    ["timeout", 1],
    ["canceled", 1],
    ["unavailable", 3],
  ])("of a 503, takes only its own for too heavy a query: %s", async (errorType, times) => {
    const body = JSON.stringify({ status: "error", errorType, error: "no" });
    const { url, received } = await listen(503, {}, body);

    await expect(client(url).query("up")).rejects.toMatchObject({ transient: times > 1 });

    expect(received).toHaveLength(times);
  });

  it("fails at once when the server switches to another protocol, and asks it no more", async () => {
    const { url, received } = await listen(101, { connection: "upgrade", upgrade: "another" });

    await expect(client(url).query("up")).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      message: expect.stringContaining("it answered 101 Switching Protocols"),
    });

    expect(received).toHaveLength(1);
  });

  it.each([
    [401, "SOURCE_UNAVAILABLE", 1],
    [403, "NOT_AUTHENTICATED", 1],
    [407, "NOT_AUTHENTICATED", 1],
    [429, "THROTTLED", 3],
    [502, "SOURCE_UNAVAILABLE", 3],
  ])("tells that it was the proxy who answered %i", async (status, code, times) => {
    let tunnels = 0;
    const proxy = createServer().on("connect", (_, socket) => {
      tunnels += 1;
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    });
    const url = await urlOf(proxy);

    await expect(
      client("https://prometheus:9090", { proxy: url }).query("up"),
    ).rejects.toMatchObject({
      code,
      message: `The proxy of Prometheus server "default" (prometheus:9090) answered ${status}.`,
      hint: times === 1 ? expect.stringMatching(/proxy/) : undefined,
    });

    expect(tunnels).toBe(times);
  });

  it("finds no credential in what a server repeats", async () => {
    const { url } = await listen();
    const server = prometheusServerConfig({ url, auth: { bearerToken: "s3cret" } });
    const asked = new PrometheusClient(server, () => new Date());

    await asked.query("up", { invocation: anInvocation(), readSecret: noVault });

    expect(asked.redact("a label of Bearer s3cret")).toBe("a label of [secret]");
  });

  it("finds no credential that was replaced while a query with it was under way", async () => {
    let replace = () => {};
    const replaced = new Promise<void>((resolve) => {
      replace = resolve;
    });
    let asked = 0;
    const { url } = await listenWith(async (authorization) => {
      if (!authorization.includes("old")) return [200, empty];
      if (++asked === 1) return [401, "{}"];
      await replaced;
      const error = `token ${authorization} is revoked`;
      return [403, JSON.stringify({ status: "error", errorType: "forbidden", error })];
    });
    const auth = { bearerTokenSecretId: "ocid1.vaultsecret.oc1.iad.aaa" };
    const rotating = new PrometheusClient(prometheusServerConfig({ url, auth }), () => new Date());
    const secrets = [new Secret("old-s3cret"), new Secret("new-s3cret")];
    const readSecret = async () => secrets.shift() ?? new Secret("none");
    const query = () => rotating.query("up", { invocation: anInvocation(), readSecret });
    const [slow, fast] = [query(), query()].map((answer) => answer.catch((error) => error));
    await Promise.race([slow, fast]);

    replace();

    const failures = (await Promise.all([slow, fast])).filter((answer) => answer instanceof Error);
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining("answered 403: forbidden: token [secret] is revoked"),
    ]);
    expect(rotating.redact("old-s3cret, new-s3cret")).toBe("[secret], [secret]");
  });

  it("repeats neither a credential nor megabytes of what a proxy says", async () => {
    const { url, received } = await listenToTunnels(
      (head) => `HTTP/1.1 403 Forbidden\r\nno ${head} ${"x".repeat(2_000_000)}\r\n\r\n`,
    );
    const proxy = url.replace("://", "://user:s3cret@");

    const error: unknown = await client("http://10.0.0.1:9090", { proxy })
      .query("up")
      .catch((thrown: unknown) => thrown);

    const credentials = Buffer.from("user:s3cret").toString("base64");
    expect(received()).toContain(credentials);
    expect(error).toMatchObject({ message: expect.stringContaining("be reached") });
    expect(String(error)).not.toContain(credentials);
    expect(String(error).length).toBeLessThan(500);
  });

  it("puts no credential into what it throws", async () => {
    const { url } = await listen();
    const [close] = servers.splice(0);
    await close?.();
    const error: unknown = await client(url, { auth: { bearerToken: "s3cret" } })
      .query("up")
      .catch((thrown: unknown) => thrown);

    const { inspect } = await import("node:util");
    expect(inspect(error, { depth: 10 })).toContain("ECONNREFUSED");
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("s3cret");
  });
});
