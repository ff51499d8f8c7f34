import { describe, expect, it } from "vitest";
import type { Configuration } from "../../src/config/configuration.ts";
import { NotAuthenticatedError } from "../../src/errors.ts";
import { checkHealth, isHealthCheck } from "../../src/health.ts";
import { configurationOf } from "../support/configuration.ts";
import { anInvocation } from "../support/invocation.ts";
import { poolId } from "../support/ocids.ts";

function check(configuration: Configuration, findPrincipal: () => Promise<void>) {
  const now = () => new Date("2026-11-23T20:40:00Z");
  const dependencies = { findPrincipal, endpoints: () => [], now };
  return checkHealth("direct", configuration, anInvocation(), dependencies);
}

describe("checkHealth", () => {
  it("is ok when the configuration is right and there is a principal", async () => {
    const configuration = configurationOf({ POOLS: JSON.stringify([{ instancePoolId: poolId }]) });

    expect(await check(configuration, async () => {})).toEqual({
      status: "ok",
      trigger: "direct",
      collectedAt: "2026-11-23T20:40:00.000Z",
      durationMs: 0,
      checks: { configuration: { status: "ok", pools: 1 }, principal: { status: "ok" } },
      circuits: [],
    });
  });

  it("says of each part what is wrong with it", async () => {
    const configuration = configurationOf({ POOLS: JSON.stringify([{ instancePoolId: "web" }]) });
    const nobody = async () => {
      throw new NotAuthenticatedError("There is no usable OCI principal.");
    };

    expect(await check(configuration, nobody)).toMatchObject({
      status: "failed",
      checks: {
        configuration: {
          status: "failed",
          error: {
            code: "INVALID_REQUEST",
            message: expect.stringMatching(/pools\[0\]\.instancePoolId/),
          },
        },
        principal: { status: "failed", error: { code: "NOT_AUTHENTICATED" } },
      },
    });
  });
});

describe("isHealthCheck", () => {
  it("tells a health check from a request for pools, and from a check there isn't", () => {
    expect(isHealthCheck({ check: "health" })).toBe(true);
    expect(isHealthCheck({ pool: "web" })).toBe(false);
    expect(isHealthCheck(undefined)).toBe(false);
    expect(() => isHealthCheck({ check: "daily-spend" })).toThrow('check: expected "health"');
  });
});
