import { describe, expect, it } from "vitest";
import { requestedCheck } from "../../../src/config/request.ts";
import { InvalidRequestError } from "../../../src/errors.ts";

describe("requestedCheck", () => {
  it("tells a check from a request for pools, and from a check there isn't", () => {
    expect(requestedCheck({ check: "health" })).toMatchObject({ check: "health" });
    expect(requestedCheck({ check: "doctor", pool: "web" })).toEqual({
      check: "doctor",
      request: { pool: "web" },
    });
    expect(requestedCheck({ pool: "web" })).toBeUndefined();
    expect(requestedCheck(undefined)).toBeUndefined();
    expect(() => requestedCheck({ check: "daily-spend" })).toThrow(
      'check: expected "health" or "doctor"',
    );
  });

  it("names every key beside health that means nothing there", () => {
    const body = { check: "health", pool: "nope", windowMinute: 3, "a b": 1 };

    expect(() => requestedCheck(body)).toThrow(
      new InvalidRequestError(
        ["pool", "windowMinute", '["a b"]']
          .map((key) => `${key}: unknown key; beside "check": "health" there may be onError`)
          .join("; "),
      ),
    );
  });

  it("takes beside health what any request may have", () => {
    const body = { check: "health", onError: "throw", $schema: "request.schema.json" };

    expect(requestedCheck(body)).toMatchObject({ check: "health" });
    expect(() => requestedCheck({ check: "health", onError: "explode", pool: "web" })).toThrow(
      'onError: must be return or throw; pool: unknown key; beside "check": "health"',
    );
    expect(() => requestedCheck({ check: "daily-spend", onError: "explode" })).toThrow(
      'onError: must be return or throw; check: expected "health" or "doctor"',
    );
  });
});
