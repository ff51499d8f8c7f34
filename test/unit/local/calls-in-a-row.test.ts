import { describe, expect, it } from "vitest";
import { callsInARow } from "../../../local/oci-emulator/calls-in-a-row.ts";
import type { RecordedRequest } from "../../../local/oci-emulator/exchange.ts";

const call = (
  operation: string,
  receivedAtMs: number,
  answeredAtMs: number | undefined,
): RecordedRequest => ({
  method: "GET",
  path: "/",
  query: {},
  body: undefined,
  operation,
  status: 200,
  receivedAtMs,
  answeredAtMs,
});

describe("callsInARow", () => {
  it("finds what had to wait for one another, in the order of time", () => {
    const calls = [
      call("list", 30, 50),
      call("describe", 0, 20),
      call("cpu", 31, 60),
      call("memory", 32, 52),
      call("by one", 61, 80),
    ];

    const row = callsInARow(calls).map(({ operation }) => operation);

    expect(row).toEqual(["describe", "list", "by one"]);
  });

  it("lets nothing follow a call that was not answered", () => {
    expect(callsInARow([call("lost", 0, undefined), call("again", 100, 120)])).toHaveLength(1);
    expect(callsInARow([])).toEqual([]);
  });
});
