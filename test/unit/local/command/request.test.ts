import { describe, expect, it } from "vitest";
import type { Question } from "../../../../local/command/question.ts";
import { requestOf, type Wishes } from "../../../../local/command/request.ts";
import { readPoolsRequest } from "../../../../src/config/request.ts";
import { configurationOf } from "../../../support/configuration.ts";
import { compartmentId, poolId } from "../../../support/ocids.ts";

const POOLS = JSON.stringify({
  pools: [{ name: "web", instancePoolId: poolId }, { instancePoolId: `${poolId}2` }],
});
const configuration = configurationOf({ POOLS });
const plain: Wishes = { overrides: {}, members: false, environment: { POOLS } };

/** The pools that the function understands. */
function poolsOf(question: Question, wishes = plain) {
  const text = requestOf(question, wishes);
  return readPoolsRequest(text === "" ? undefined : JSON.parse(text), configuration).pools;
}

describe("the request of the command", () => {
  it.each(["web", poolId, poolId.toUpperCase()])("names the pool %s, with its members", (pool) => {
    expect(poolsOf({ kind: "pools", pools: [pool] })).toMatchObject([
      { spec: { instancePoolId: poolId, includeInstances: true } },
    ]);
  });

  it("is empty for all configured pools, as a schedule's is", () => {
    expect(requestOf({ kind: "all" }, plain)).toBe("");
    expect(poolsOf({ kind: "all" })).toMatchObject([
      { spec: { name: "web" } },
      { spec: { instancePoolId: `${poolId}2` } },
    ]);
  });

  it("has the settings that were asked for, before those that are configured", () => {
    const overrides = { windowMinutes: 60, statistic: "max" };
    const wishes = { ...plain, overrides };
    const spec = { windowMinutes: 60, statistic: "max" };

    expect(poolsOf({ kind: "pools", pools: ["web"] }, wishes)).toMatchObject([{ spec }]);
    expect(poolsOf({ kind: "all" }, wishes)).toMatchObject([
      { spec: { ...spec, name: "web", includeInstances: false } },
      { spec: { ...spec, instancePoolId: `${poolId}2` } },
    ]);
    expect(poolsOf({ kind: "all" }, { ...plain, members: true })).toMatchObject([
      { spec: { name: "web", includeInstances: true } },
      { spec: { includeInstances: true } },
    ]);
  });

  it("selects the pools of a compartment", () => {
    const select = { compartmentId, displayName: "web-*", freeformTags: { env: "prod" } };

    expect(JSON.parse(requestOf({ kind: "select", select }, plain))).toEqual({ select });
  });

  it("asks for health", () => {
    expect(JSON.parse(requestOf({ kind: "health" }, plain))).toEqual({ check: "health" });
  });

  it("asks the doctor about one pool", () => {
    expect(JSON.parse(requestOf({ kind: "doctor", pool: "web" }, plain))).toEqual({
      check: "doctor",
      pool: "web",
    });
    expect(JSON.parse(requestOf({ kind: "doctor", pool: poolId }, plain))).toEqual({
      check: "doctor",
      instancePoolId: poolId,
    });
  });

  it("is a payload as it was given", () => {
    expect(requestOf({ kind: "payload", text: "{ not json" }, plain)).toBe("{ not json");
  });
});
