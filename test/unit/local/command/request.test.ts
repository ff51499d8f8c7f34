import { describe, expect, it } from "vitest";
import type { Question } from "../../../../local/command/options.ts";
import { requestOf } from "../../../../local/command/request.ts";
import { readPoolsRequest } from "../../../../src/config/request.ts";
import { configurationOf } from "../../../support/configuration.ts";
import { poolId } from "../../../support/ocids.ts";

const configuration = configurationOf({
  POOLS: JSON.stringify({ pools: [{ name: "web", instancePoolId: poolId }] }),
});

/** The pools that the function understands. */
function poolsOf(question: Question) {
  const text = requestOf(question);
  return readPoolsRequest(text === "" ? undefined : JSON.parse(text), configuration).pools;
}

describe("the request of the command", () => {
  it.each(["web", poolId, poolId.toUpperCase()])("names the pool %s, with its members", (pool) => {
    expect(poolsOf({ kind: "pools", pools: [pool] })).toMatchObject([
      { spec: { instancePoolId: poolId, includeInstances: true } },
    ]);
  });

  it("is empty for all configured pools, as a schedule's is", () => {
    expect(requestOf({ kind: "all" })).toBe("");
    expect(poolsOf({ kind: "all" })).toMatchObject([{ spec: { name: "web" } }]);
  });

  it("asks the doctor about one pool", () => {
    expect(JSON.parse(requestOf({ kind: "doctor", pool: "web" }))).toEqual({
      check: "doctor",
      pool: "web",
    });
    expect(JSON.parse(requestOf({ kind: "doctor", pool: poolId }))).toEqual({
      check: "doctor",
      instancePoolId: poolId,
    });
  });

  it("is a payload as it was given", () => {
    expect(requestOf({ kind: "payload", text: "{ not json" })).toBe("{ not json");
  });
});
