import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { PrometheusClient } from "../../../src/prometheus/client.ts";
import { QueryTooLongError } from "../../../src/prometheus/query-api.ts";
import { anInvocation } from "../../support/invocation.ts";
import { prometheusServerConfig } from "../../support/prometheus-server-config.ts";

const empty = '{"status":"success","data":{"resultType":"vector","result":[]}}';
const closers: (() => Promise<unknown>)[] = [];

/** A server that answers POST and GET by their statuses, and records what it was asked. */
async function listen(statuses: { post: number; get: number }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    asked.push(`${request.method} ${request.url}`);
    const status = request.method === "POST" ? statuses.post : statuses.get;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 200 ? empty : "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, statuses };
}

function clientOf(url: string, settings: object = {}) {
  const server = prometheusServerConfig({ url, ...settings });
  const client = new PrometheusClient(server, () => new Date());
  const readSecret = () => Promise.reject(new Error("there is no Vault"));
  return {
    fits: (promql: string) => client.fits(promql),
    query: (promql: string) => client.query(promql, { invocation: anInvocation(), readSecret }),
    failure: (promql: string): Promise<unknown> =>
      client.query(promql, { invocation: anInvocation(), readSecret }).catch((error) => error),
  };
}

describe("a Prometheus server's door", () => {
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it.each([403, 405, 501])(
    "is asked by GET when it refuses POST by %i, and then at once",
    async (post) => {
      const { url, asked } = await listen({ post, get: 200 });
      const { query } = clientOf(`${url}/prefix`);

      await query('up{a="b c"}');
      await query("up");

      expect(asked).toEqual([
        "POST /prefix/api/v1/query",
        "GET /prefix/api/v1/query?query=up%7Ba%3D%22b+c%22%7D",
        "GET /prefix/api/v1/query?query=up",
      ]);
    },
  );

  it("is sent the server's own parameters in the URL, whichever way", async () => {
    const { url, asked } = await listen({ post: 405, get: 200 });
    const queryParameters = { tenant: "a&b", dedup: true };

    await clientOf(url, { queryParameters }).query("up");

    expect(asked).toEqual([
      "POST /api/v1/query?tenant=a%26b&dedup=true",
      "GET /api/v1/query?tenant=a%26b&dedup=true&query=up",
    ]);
  });

  it.each([401, 404, 500])("is not asked by GET when it answers POST with %i", async (post) => {
    const { url, asked } = await listen({ post, get: 200 });

    await clientOf(url).failure("up");

    expect(asked.filter((request) => request.startsWith("GET"))).toEqual([]);
  });

  it.each([
    [
      403,
      403,
      "NOT_AUTHENTICATED",
      /^POST was answered 403, so GET was tried\. Check the server's auth/,
    ],
    [
      405,
      405,
      "SOURCE_UNAVAILABLE",
      /^POST was answered 405, so GET was tried\. Check the server's URL/,
    ],
    [
      405,
      404,
      "SOURCE_UNAVAILABLE",
      /^POST was answered 405, so GET was tried\. Check the server's URL/,
    ],
    [
      501,
      401,
      "NOT_AUTHENTICATED",
      /^POST was answered 501, so GET was tried\. Check the server's auth/,
    ],
  ])("tells what was tried when POST gets %i and GET %i", async (post, get, code, hint) => {
    const { url } = await listen({ post, get });

    expect(await clientOf(url).failure("up")).toMatchObject({
      code,
      message: expect.stringContaining(`answered ${get}`),
      hint: expect.stringMatching(hint),
      retryable: false,
    });
  });

  it("is tried by POST again after it has refused both", async () => {
    const { url, asked, statuses } = await listen({ post: 403, get: 403 });
    const { query, failure } = clientOf(url);
    await failure("up");
    Object.assign(statuses, { post: 200 });

    await query("up");

    expect(asked.map((request) => request.split(" ")[0])).toEqual(["POST", "GET", "POST"]);
  });

  it("says that a query is too long for a URL, and knows which are from then on", async () => {
    const { url, asked } = await listen({ post: 405, get: 200 });
    const { fits, failure } = clientOf(url);
    // Each brace takes three characters in a URL.
    const long = "{".repeat(2_700);
    expect(fits(long)).toBe(true);

    const error = await failure(long);

    expect(error).toBeInstanceOf(QueryTooLongError);
    expect(error).toMatchObject({ retryable: false, hint: expect.stringContaining("allow POST") });
    expect(fits(long)).toBe(false);
    expect(fits("{".repeat(2_600))).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it("takes no query that VictoriaMetrics would refuse", async () => {
    const { fits } = clientOf("http://prometheus:9090");

    expect(fits("x".repeat(16_000))).toBe(true);
    expect(fits("ü".repeat(8_001))).toBe(false);
  });

  it.each([400, 404, 405, 501])("is not worth a retry when it answers %i", async (status) => {
    const { url } = await listen({ post: status, get: status });

    expect(await clientOf(url).failure("up")).toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      retryable: false,
    });
  });
});
