import { describe, expect, it } from "vitest";
import { readRetryAfter } from "../../../src/resilience/transient-failure.ts";

const now = new Date("2026-11-23T20:40:00Z");

describe("readRetryAfter", () => {
  it.each([
    ["0", 0],
    ["2", 2_000],
    [" 120 ", 120_000],
    ["Mon, 23 Nov 2026 20:40:03 GMT", 3_000],
    ["Mon, 23 Nov 2026 20:00:00 GMT", 0],
    ["soon", undefined],
    ["-5", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %j as %j ms", (header, milliseconds) => {
    expect(readRetryAfter(header, now)).toBe(milliseconds);
  });
});
