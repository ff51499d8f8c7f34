import { describe, expect, it } from "vitest";
import { NotAuthenticatedError } from "../../src/errors.ts";
import { checkHealth, isHealthCheck } from "../../src/health.ts";
import { configurationOf } from "../support/configuration.ts";
import { poolId } from "../support/ocids.ts";

const now = () => new Date("2026-11-23T20:40:00Z");

describe("checkHealth", () => {
  it("is ok when the configuration is right and there is a principal", async () => {
    const configuration = configurationOf({ POOLS: JSON.stringify([{ instancePoolId: poolId }]) });

    expect(await checkHealth(configuration, async () => {}, now, "direct")).toEqual({
      status: "ok",
      trigger: "direct",
      collectedAt: "2026-11-23T20:40:00.000Z",
      durationMs: 0,
      checks: { configuration: { status: "ok", pools: 1 }, principal: { status: "ok" } },
    });
  });

  it("says of each part what is wrong with it", async () => {
    const configuration = configurationOf({ POOLS: JSON.stringify([{ instancePoolId: "web" }]) });
    const nobody = async () => {
      throw new NotAuthenticatedError("There is no usable OCI principal.");
    };

    expect(await checkHealth(configuration, nobody, now, "direct")).toMatchObject({
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
