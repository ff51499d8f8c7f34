import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogValue } from "../../../src/logger/log-messages.ts";
import { readableEvent } from "../../../src/logger/readable-event.ts";
import { undocumented } from "../../support/log-contract.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

/** What a line shows of this value. */
function shown(value: LogValue): unknown {
  const { logger, written, lines } = recordingLogger();
  logger.info("Event received", { event: value });
  expect(written.flatMap(undocumented)).toEqual([]);
  return lines()[0]?.["event"];
}

describe("a value in a line", () => {
  it.each([
    ["no number", [Number.NaN, -Infinity], [null, null]],
    ["nothing", { a: undefined, b: null, c: [undefined] }, { b: null, c: [null] }],
    ["__proto__", JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
    ["depth", [[[[[[[[1]]]]]]]], [[[[[["…"]]]]]]],
    ["a long text", "x".repeat(2_001), `${"x".repeat(2_000)}… (2001 characters)`],
    [
      "a character of two halves",
      `${"x".repeat(1_999)}😀`,
      `${"x".repeat(1_999)}… (2001 characters)`,
    ],
    [
      "a long list",
      Array.from({ length: 60 }, () => 0),
      [...Array.from({ length: 50 }, () => 0), "…"],
    ],
    ["toJSON", { toJSON: "x" }, { toJSON: "x" }],
  ])("may be %s", (_, value: LogValue, expected) => {
    expect(shown(value)).toEqual(expected);
  });

  it("never costs its line, breaks it in two, or makes it longer than 16 KB", () => {
    const anything = fc.jsonValue({ stringUnit: "binary", maxDepth: 10 });
    const property = fc.property(anything, fc.string({ unit: "binary" }), (json, pool) => {
      const event = json as LogValue;
      const { logger, written } = recordingLogger();

      logger.info("Event received", { event });
      logger.error("Pool failed", event, { pool });

      expect(written.flatMap(undocumented)).toEqual([]);
      for (const line of written) expect(line.split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(2);
    });

    fc.assert(property, { numRuns: 150 });
  });

  it.each(["\0", "é", "漢", "😀", "\ud800", '"', "\\"])(
    "leaves room for the others: %j",
    (text) => {
      const { logger, written, lines } = recordingLogger();
      const long = text.repeat(100_000);
      const event = Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [`${i}`, [long, long]]),
      );
      const cause = new Error(long, { cause: new Error(long, { cause: new Error(long) }) });

      logger.child({ function_request_id: "id" }).info("Event received", { event, event_bytes: 1 });
      logger.error("Pool failed", new AggregateError([cause, cause, cause], long), { pool: long });

      expect(written.flatMap(undocumented)).toEqual([]);
      expect(lines()[0]).toMatchObject({ function_request_id: "id" });
      expect(lines()[1]).toMatchObject({ error: { name: "AggregateError", errors: [{}, {}, {}] } });
    },
  );

  it.each([
    ["objects", (items: readonly LogValue[]) => Object.fromEntries(items.entries())],
    ["lists", (items: readonly LogValue[]) => items],
  ])("may be %s that branch", (_, branch) => {
    let tree: LogValue = 1;
    for (let level = 0; level < 5; level += 1)
      tree = branch(Array.from({ length: 40 }, () => tree));

    expect(JSON.stringify(shown(tree)).length).toBeLessThan(6_000);
  });

  it("is not searched for longer than a call may take", () => {
    const size = 6_000_000;
    const hostile = [
      "Bearer ",
      " ",
      "//",
      "//a",
      "eyJ",
      "eyJ-",
      "eyJa.",
      "-----BEGIN A",
      "-----END ",
    ];

    for (const text of hostile) shown(text.repeat(size / text.length));
  });
});

describe("the event that LOG_EVENT logs", () => {
  it("is the body, with its length, without what is named or looks like a credential", () => {
    const body = {
      instancePoolId: "ocid1.instancepool.x",
      prometheus: { auth: { bearerToken: "s3cret-1", username: "u" }, headers: ["s3cret-2"] },
      list: [{ Authorization: "s3cret-3", password: 5, apiKey: "s3cret-4", "x-auth-token": null }],
      url: "https://user:s3cret-5@prometheus.example.com/path",
      text: "curl -H 'Authorization: Bearer s3cret-6.abc' eyJhbGci.eyJzdWIi.s3cret-7",
      pem: "-----BEGIN RSA PRIVATE KEY-----\ns3cret-8\n-----END RSA PRIVATE KEY-----",
    };
    const { logger, written, lines } = recordingLogger();
    const bytes = Buffer.from(JSON.stringify(body));

    logger.info("Event received", readableEvent(bytes));

    expect(written.join("")).not.toContain("s3cret");
    expect(lines()[0]).toMatchObject({
      event_bytes: bytes.length,
      event: {
        instancePoolId: "ocid1.instancepool.x",
        prometheus: { auth: "[redacted]", headers: "[redacted]" },
        list: [{ Authorization: "[redacted]", password: "[redacted]", apiKey: "[redacted]" }],
        url: "https://[redacted]@prometheus.example.com/path",
        text: "curl -H 'Authorization: Bearer [redacted]' [redacted]",
        pem: "[redacted]",
      },
    });
  });

  it("has no large body, which would be parsed twice", () => {
    expect(readableEvent(Buffer.from(`"${"x".repeat(249_900)}"`))).toHaveProperty("event");
    expect(readableEvent(Buffer.from(`"${"x".repeat(250_000)}"`))).toEqual({
      event_bytes: 250_002,
    });
  });

  it.each(["", '{"password": "s3cret",', "password=s3cret"])(
    "has no body that isn't JSON: %j",
    (body) => {
      expect(readableEvent(Buffer.from(body))).toEqual({ event_bytes: body.length });
    },
  );
});
