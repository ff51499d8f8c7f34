import { describe, expect, it } from "vitest";
import { readPoolsRequest } from "../../../src/config/request.ts";
import { UtilizationError } from "../../../src/errors.ts";
import { recognizeTrigger } from "../../../src/triggers/recognize.ts";
import { configurationOf } from "../../support/configuration.ts";
import { poolId } from "../../support/ocids.ts";

const pools = [{ name: "web", instancePoolId: poolId, statistic: "max", windowMinutes: 10 }];
const configuration = configurationOf({
  POOLS: JSON.stringify({ defaults: { windowMinutes: 15 }, pools }),
});
const none: Readonly<Record<string, string>> = {};

function recognized(body: unknown, headers = none) {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const header = (name: string) => new Headers(headers).get(name) ?? undefined;
  return recognizeTrigger(bytes, { header });
}

/** The first pool's error, or the request's, as its code and message. */
function refusal(body: unknown, headers = none): string | undefined {
  try {
    const [pool] = readPoolsRequest(recognized(body, headers).toRequest(), configuration).pools;
    return pool !== undefined && "error" in pool
      ? `${pool.error.code} ${pool.error.message}`
      : undefined;
  } catch (error) {
    return error instanceof UtilizationError ? `${error.code} ${error.message}` : String(error);
  }
}

const event = {
  eventType: "com.oraclecloud.computemanagement.updateinstancepool.end",
  data: { resourceId: poolId },
};
const alarm = { alarmMetaData: [{ dimensions: [{ instancePoolId: poolId }] }] };
const batch = [{ dimensions: { instancePoolId: poolId } }];

describe("who called", () => {
  it.each([
    ["direct", "", none],
    ["direct", " \n", none],
    ["direct", { instancePoolId: poolId }, none],
    ["direct", { pools: ["web"] }, { "Content-Type": "text/plain" }],
    ["direct", { check: "health" }, none],
    ["direct", "not JSON", none],
    ["direct", [], none],
    ["direct", null, none],
    ["direct", { eventType: "x" }, { "Fn-Intent": "cloudevent" }],
    ["event", event, none],
    ["event", { ...alarm, ...event }, none],
    ["alarm", alarm, { "X-OCI-NS-MessageId": "m" }],
    ["alarm", { ...alarm, pools: [] }, none],
    ["connector-hub", batch, none],
    ["http", event, { "Fn-Http-Method": "POST" }],
    ["http", "not JSON", { "Fn-Intent": "httprequest" }],
    ["http", "", { "Fn-Http-Method": "GET" }],
  ])("is %s: %j %j", (name, body, headers) => {
    expect(recognized(body, headers as Record<string, string>).name).toBe(name);
  });

  it("hands a direct caller's body on as it is", () => {
    expect(recognized('{"pool":"wéb","__proto__":{}}').toRequest()).toEqual(
      JSON.parse('{"pool":"wéb","__proto__":{}}'),
    );
    expect(recognized("").toRequest()).toBeUndefined();
    expect(recognized("null").toRequest()).toBeNull();
  });

  it.each(["", "\t\r\n ", "\uFEFF", "\uFEFF \n"])("takes %j for no body", (body) => {
    expect(recognized(body).toRequest()).toBeUndefined();
  });
});

describe("a pool named by a trigger", () => {
  const specOf = (body: unknown) =>
    readPoolsRequest(recognized(body).toRequest(), configuration).pools[0];

  it.each([[event], [alarm], [batch]])("keeps its configured settings: %j", (body) => {
    expect(specOf(body)).toMatchObject({
      spec: { name: "web", instancePoolId: poolId, statistic: "max", windowMinutes: 10 },
    });
  });

  it("has the defaults when it isn't configured", () => {
    const data = { resourceId: `${poolId}other`.toUpperCase() };

    expect(specOf({ ...event, data })).toMatchObject({
      spec: { instancePoolId: `${poolId}other`, statistic: "mean", windowMinutes: 15 },
    });
  });
});

const notAnOcid = (got: string) =>
  `INVALID_REQUEST pools[0].instancePoolId: not the OCID of an instance pool, got "${got}"`;
const notAnObject =
  'INVALID_REQUEST The request must be a JSON object such as {"instancePoolId": "ocid1.instancepool.…"}.';
/** V8 doesn't always say where, and not the same in every version. */
const notJson = /^INVALID_REQUEST The request is not JSON( \(at position \d+\))?\.$/;
const get = (query: string) => ({
  "Fn-Http-Method": "GET",
  "Fn-Http-Request-Url": `http://h/p${query}`,
});

describe("a refusal", () => {
  it.each([
    ["{x", none, notJson],
    ["[1,]", none, notJson],
    ["pool=web", { "Fn-Http-Method": "POST" }, notJson],
    [[], none, notAnObject],
    [null, none, notAnObject],
    ["5", { "Fn-Http-Method": "POST" }, notAnObject],
    [{ ...event, data: { resourceId: "Web" } }, none, notAnOcid("web")],
    [
      { ...event, data: { resourceId: "ocid1.instance.oc1.iad.a" } },
      none,
      notAnOcid("ocid1.instance.oc1.iad.a"),
    ],
    [{ alarmMetaData: [{ dimensions: [{ instancePoolId: "w" }] }] }, none, notAnOcid("w")],
    [[{ dimensions: { instancePoolId: '"} || x{' } }], none, notAnOcid('"} || x{')],
    [{ pool: "db" }, none, 'POOL_NOT_FOUND No pool called "db" is configured.'],
    ["", get("?pool=db"), 'POOL_NOT_FOUND No pool called "db" is configured.'],
    [
      "",
      get("?pool=web&windowMinutes=five"),
      'INVALID_REQUEST windowMinutes: expected number, got "five"',
    ],
    [
      "",
      get("?pool=web&includeInstances=yes"),
      'INVALID_REQUEST includeInstances: expected boolean, got "yes"',
    ],
    [
      "",
      get("?pool=web&pool=db&statistic=max"),
      'INVALID_REQUEST statistic: unknown key; beside pools there may be onError; No pool called "db" is configured.',
    ],
    ["", get("?pools=web"), /^INVALID_REQUEST pools: expected a list of pool specs or names/],
    ["", get("?pool=web&__proto__.x=1"), /^INVALID_REQUEST __proto__: unknown key; known are /],
    [
      { ...event },
      { "Fn-Http-Method": "POST" },
      /^INVALID_REQUEST eventType: unknown key; .*; data: /,
    ],
  ])("of %j %j names the problem", (body, headers, expected) => {
    expect(refusal(body, headers as Record<string, string>)).toStrictEqual(
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    );
  });

  it("of bytes that are no text says so", () => {
    const trigger = recognizeTrigger(Uint8Array.of(0x22, 0xc3, 0x22), { header: () => undefined });

    expect(trigger.name).toBe("direct");
    expect(() => trigger.toRequest()).toThrow("The request is not UTF-8 text.");
  });

  it("of more than OCI's 6 MB says so", () => {
    const trigger = recognizeTrigger(Buffer.alloc(6 * 1024 * 1024 + 1, " "), {
      header: () => undefined,
    });

    expect(() => trigger.toRequest()).toThrow("The request has over 6 MB.");
  });
});

describe("the memory of a body", () => {
  it.each([
    ["that is a request", '{"instancePoolId":"x"}'],
    ["that is no JSON", "{x"],
    ["with too many values", ",".repeat(200_001)],
    ["that is no text", "\u00ff"],
  ])("%s is given back once it is read", (_, text) => {
    const buffer = new ArrayBuffer(text.length, { maxByteLength: 1_000_000 });
    const bytes = Buffer.from(buffer);
    bytes.write(text, "latin1");

    recognizeTrigger(bytes, { header: () => undefined });

    expect(buffer.byteLength).toBe(0);
  });
});
