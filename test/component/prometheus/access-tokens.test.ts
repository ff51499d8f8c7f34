import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { PrometheusClient } from "../../../src/prometheus/client.ts";
import { anInvocation } from "../../support/invocation.ts";
import { prometheusServerConfig } from "../../support/prometheus-server-config.ts";

const empty = '{"status":"success","data":{"resultType":"vector","result":[]}}';
const json = { "content-type": "application/json" };
const closers: (() => Promise<unknown>)[] = [];

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A token endpoint at /token, and beside it a Prometheus; both record what they are shown. */
async function listen(tokenAnswer: (count: number) => Answer | undefined) {
  const asked: { readonly authorization: string | undefined; readonly form: string }[] = [];
  const shown: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const form = await textOf(request);
    const { authorization } = request.headers;
    if (request.url !== "/token") {
      shown.push(authorization);
      response.writeHead(200, json).end(empty);
      return;
    }
    const answer = tokenAnswer(asked.push({ authorization, form }));
    // One that says nothing is cut off by whoever asks.
    if (answer === undefined) return;
    response.writeHead(answer.status ?? 200, answer.headers ?? json).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, shown };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

const token = (text: string, more: object = {}): Answer => ({
  body: JSON.stringify({ access_token: text, token_type: "Bearer", ...more }),
});

function clientOf(url: string, oauth2: object = {}) {
  let now = new Date("2026-11-29T06:00:00Z").getTime();
  const config = prometheusServerConfig({
    url,
    auth: {
      oauth2: {
        tokenUrl: `${url}/token`,
        clientId: "pools",
        clientSecret: "s3cret & more",
        ...oauth2,
      },
    },
  });
  const client = new PrometheusClient(config, () => new Date(now));
  const readSecret = () => Promise.reject(new Error("there is no Vault"));
  return {
    client,
    query: (invocation = anInvocation()) => client.query("up", { invocation, readSecret }),
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

describe("a server's access tokens", () => {
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it("are asked for with the account in Basic, encoded, and what it is for in the form", async () => {
    const { url, asked, shown } = await listen(() => token("t1"));

    await clientOf(url, { scope: "read metrics", audience: "https://metrics" }).query();

    const basic = Buffer.from("pools:s3cret+%26+more").toString("base64");
    expect(asked).toEqual([{ authorization: `Basic ${basic}`, form: expect.any(String) }]);
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.form))).toEqual({
      grant_type: "client_credentials",
      scope: "read metrics",
      audience: "https://metrics",
    });
    expect(shown).toEqual(["Bearer t1"]);
  });

  it("are asked for once by all who wait", async () => {
    const { url, asked, shown } = await listen(() => token("t1"));
    const { query } = clientOf(url);

    await Promise.all([query(), query(), query()]);

    expect(asked).toHaveLength(1);
    expect(shown).toEqual(["Bearer t1", "Bearer t1", "Bearer t1"]);
  });

  it.each([
    [{ expires_in: 600 }, 569, 571],
    [{ expires_in: "600" }, 569, 571],
    [{ expires_in: 20 }, 9, 11],
    [{}, 3569, 3571],
  ])("are used until shortly before they expire: %j", async (life, early, late) => {
    const { url, shown } = await listen((count) => token(`t${count}`, life));
    const { query, wait } = clientOf(url);
    await query();

    wait(early);
    await query();
    wait(late - early);
    await query();

    expect(shown).toEqual(["Bearer t1", "Bearer t1", "Bearer t2"]);
  });

  it("are asked for again by others when the time of whoever asked first is over", async () => {
    const { url, asked } = await listen((count) => (count === 1 ? undefined : token("t2")));
    const { query } = clientOf(url);
    const hasty = anInvocation();
    const first = query(hasty).catch((error: unknown) => error);
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = query();

    hasty.end();

    expect(await first).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(await second).toMatchObject({ series: [] });
  });

  const html: Answer = { headers: { "content-type": "text/html" }, body: "<h1>Sign in</h1>" };
  const refusal = (status: number, error: string, description: string): Answer => ({
    status,
    headers: { ...json, "www-authenticate": 'Basic realm="s3cret & more"' },
    body: JSON.stringify({ error, error_description: description }),
  });

  it.each<[string, Answer, string, RegExp, RegExp | undefined, number]>([
    ["HTML", html, "SOURCE_UNAVAILABLE", /answered with text\/html, not JSON\.$/, /tokenUrl/, 1],
    [
      "HTML of an error",
      { ...html, status: 404 },
      "SOURCE_UNAVAILABLE",
      /answered 404$/,
      /tokenUrl/,
      1,
    ],
    [
      "a redirect",
      { ...html, status: 302, headers: { location: "https://evil.example.com/token" } },
      "SOURCE_UNAVAILABLE",
      /answered 302$/,
      /tokenUrl/,
      1,
    ],
    ["no JSON", { body: "{" }, "SOURCE_UNAVAILABLE", /JSON that holds no token/, /tokenUrl/, 1],
    ["no token", { body: "{}" }, "SOURCE_UNAVAILABLE", /JSON that holds no token/, /tokenUrl/, 1],
    [
      "a token of another type",
      token("t1", { token_type: "mac" }),
      "SOURCE_UNAVAILABLE",
      /unsupported `token_type` value/,
      /tokenUrl/,
      1,
    ],
    [
      "a token that is no header",
      token("t1\r\nX-Evil: 1"),
      "SOURCE_UNAVAILABLE",
      /a token that no header can carry/,
      /tokenUrl/,
      1,
    ],
    [
      "megabytes",
      token("t".repeat(2_000_000)),
      "SOURCE_UNAVAILABLE",
      /more than any token/,
      /tokenUrl/,
      1,
    ],
    [
      "a refusal of the account",
      refusal(401, "invalid_client", "the secret s3cret & more is wrong"),
      "NOT_AUTHENTICATED",
      /answered 401: invalid_client: the secret \[secret\] is wrong$/,
      /clientId and the secret/,
      1,
    ],
    [
      "a refusal of the scope",
      refusal(400, "invalid_scope", "no"),
      "NOT_AUTHENTICATED",
      /answered 400: invalid_scope: no$/,
      /scope and audience/,
      1,
    ],
    ["too many", refusal(429, "slow_down", "no"), "THROTTLED", /answered 429/, undefined, 3],
    [
      "its own fault",
      { status: 503, body: "" },
      "SOURCE_UNAVAILABLE",
      /answered 503$/,
      undefined,
      3,
    ],
  ])(
    "tell what is wrong when the endpoint answers %s",
    async (_, answer, code, message, hint, times) => {
      const { url, asked, shown } = await listen(() => answer);

      const error: unknown = await clientOf(url)
        .query()
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({
        code,
        message: expect.stringMatching(message),
        hint: hint === undefined ? undefined : expect.stringMatching(hint),
        retryable: times > 1,
      });
      expect(String(error)).toMatch(
        /Prometheus server "default"'s token endpoint \(127\.0\.0\.1:\d+\)/,
      );
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/s3cret/);
      expect(asked).toHaveLength(times);
      expect(shown).toEqual([]);
    },
  );

  it("tell that the endpoint says nothing", async () => {
    const { url } = await listen(() => undefined);

    await expect(clientOf(url).query(anInvocation(1_000))).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: expect.stringMatching(/token endpoint \(127.*\) did not answer in time\.$/),
      hint: expect.stringContaining("missing route"),
    });
  });

  it("are in no text of the server's, however old they are", async () => {
    const { url } = await listen((count) => token(`token-${count}`, { expires_in: 600 }));
    const { client, query, wait } = clientOf(url);
    await query();
    wait(600);
    await query();

    expect(client.redact("token-1 token-2 s3cret & more s3cret+%26+more")).toBe(
      "[secret] [secret] [secret] [secret]",
    );
  });
});
