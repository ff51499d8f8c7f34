import { describe, expect, it } from "vitest";
import { SourceUnavailableError } from "../../../src/errors.ts";
import { undocumented } from "../../support/log-contract.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

/** The key `error` of a line about this error. */
function shown(error: unknown): unknown {
  const { logger, written, lines } = recordingLogger();
  logger.error("Query failed", error);
  expect(written.flatMap(undocumented)).toEqual([]);
  return lines()[0]?.["error"];
}

describe("an error in a line", () => {
  it("has its name, code, location, message, hint, stack and causes", () => {
    const socket = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const error = new SourceUnavailableError("can't be reached", {
      cause: socket,
      hint: "start it",
    });

    expect(shown(error)).toEqual({
      name: "SourceUnavailableError",
      code: "SOURCE_UNAVAILABLE",
      location: expect.stringMatching(/errors\.test\.ts:\d+$/),
      message: "can't be reached",
      hint: "start it",
      stack: expect.stringMatching(/can't be reached\n {4}at .*errors\.test\.ts:\d+:\d+/),
      cause: {
        name: "Error",
        code: "ECONNREFUSED",
        location: expect.stringMatching(/errors\.test\.ts:\d+$/),
        message: "connect ECONNREFUSED",
        stack: expect.stringContaining("    at "),
      },
    });
  });

  it("has none of its other properties, which may hold secrets", () => {
    const error = Object.assign(new Error("no"), {
      ...{ config: { headers: "s3cret" }, code: { toString: () => "s3cret" }, hint: ["s3cret"] },
    });

    expect(JSON.stringify(shown(error))).not.toContain("s3cret");
  });

  it("has the errors that an AggregateError stands for", () => {
    const error = new AggregateError([new TypeError("a"), "b", new Error("c")], "all failed");

    expect(shown(error)).toMatchObject({
      name: "AggregateError",
      errors: [
        { name: "TypeError", message: "a" },
        { name: "string", message: "b" },
        { name: "Error", message: "c" },
      ],
    });
  });

  it("has five causes, even when they go in a circle", () => {
    const first = new Error("first");
    first.cause = new Error("second", { cause: first });

    const text = JSON.stringify(shown(first));

    expect(text.match(/"message":"(first|second)"/g)).toHaveLength(6);
  });

  it("shows all causes of a chain, however long their messages are", () => {
    const chain = [1, 2, 3, 4].reduce<Error | undefined>(
      (cause, index) => new Error(`${index}${"x".repeat(5_000)}`, { cause }),
      undefined,
    );

    expect(shown(chain)).toMatchObject({ cause: { cause: { cause: { name: "Error" } } } });
  });

  it.each([
    [
      "a getter that throws",
      Object.defineProperty(new Error("x"), "message", {
        get: () => {
          throw new Error("no");
        },
      }),
    ],
    ["no stack", Object.assign(new Error("x"), { stack: undefined })],
    ["a message that is no text", Object.assign(new Error("x"), { message: 5n })],
    ["errors that can't be listed", Object.assign(new AggregateError([]), { errors: 5 })],
    [
      "a proxy",
      new Proxy(new Error("x"), {
        get: () => {
          throw new Error("no");
        },
      }),
    ],
  ])("may have %s", (_, error) => {
    expect(shown(error)).toMatchObject({ name: expect.any(String), message: expect.any(String) });
  });

  it.each([undefined, null, { toString: 5 }, 5n, Symbol("s"), () => {}])("may be %s", (thrown) => {
    expect(shown(thrown)).toEqual({ name: typeof thrown, message: "thrown, but not an Error" });
  });

  it("may be a text", () => {
    expect(shown("no")).toEqual({ name: "string", message: "no" });
  });
});
