import { describe, expect, it } from "vitest";
import { NotAuthenticatedError, PoolNotFoundError } from "../../../src/errors.ts";
import { checkHealth, type HealthDependencies } from "../../../src/health/check-health.ts";
import type { Monitoring } from "../../../src/oci/calls.ts";
import { idleCollectors, ociCollector } from "../../support/collectors.ts";
import { configurationOf } from "../../support/configuration.ts";
import { inPages } from "../../support/in-pages.ts";
import { anInvocation } from "../../support/invocation.ts";
import { noServices } from "../../support/no-services.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { aSigner, unknownSigner } from "../../support/signers.ts";

const expiresAt = new Date("2026-11-23T20:55:00Z");
const instance = { id: instanceId("a"), compartmentId, state: "Running" };

/** Everybody is there, and says what they were asked for. */
function everybody(asked: string[]): HealthDependencies {
  const monitoring: Monitoring = {
    connect: () => {},
    summarizeMetricsData: async (query) => {
      asked.push(`SummarizeMetricsData ${query.compartmentId}`);
      return [];
    },
  };
  return {
    endpoints: () => [],
    collectors: { ...idleCollectors, oci: ociCollector(async () => monitoring) },
    findPrincipal: async () => ({ ...aSigner, expiresAt }),
    callsFor: async () => ({
      compute: {
        getInstancePool: async () => {
          asked.push("GetInstancePool");
          return { compartmentId, displayName: "web" };
        },
        listInstancePools: () => inPages<never>(),
        listInstancePoolInstances: ({ limit }) => {
          asked.push(`ListInstancePoolInstances ${limit}`);
          return inPages([instance]);
        },
      },
    }),
    serverNamed: async (name) => ({
      query: async (promql) => {
        asked.push(`${name}: ${promql}`);
        return { series: [], warnings: [] };
      },
      fits: () => true,
      redact: (text) => text,
    }),
  };
}

function check(variables: Readonly<Record<string, string>>, dependencies: HealthDependencies) {
  return checkHealth(configurationOf(variables), anInvocation(), dependencies);
}

const onePool = { POOLS: JSON.stringify([{ name: "web", instancePoolId: poolId }]) };
const latencyMs = expect.any(Number);

describe("checkHealth", () => {
  it("is ok when everybody that is configured answers something small", async () => {
    const asked: string[] = [];

    const document = await check(
      { ...onePool, PROMETHEUS_URL: "http://10.0.0.5:9090" },
      everybody(asked),
    );

    expect(document).toEqual({
      status: "ok",
      checks: {
        configuration: { status: "ok", pools: 1 },
        principal: {
          ...unknownSigner,
          status: "ok",
          latencyMs,
          kind: "resource_principal",
          expiresAt: expiresAt.toISOString(),
        },
        compute: { status: "ok", latencyMs },
        monitoring: { status: "ok", latencyMs },
        prometheus: { default: { status: "ok", latencyMs } },
        pools: [{ name: "web", instancePoolId: poolId, status: "ok", latencyMs }],
      },
      circuits: [],
    });
    expect(asked.sort()).toEqual([
      "GetInstancePool",
      "ListInstancePoolInstances 1",
      `SummarizeMetricsData ${compartmentId}`,
      "default: vector(1)",
    ]);
  });

  it("does not call ok what it did not check, and says why", async () => {
    const { status, checks } = await check({}, everybody([]));

    expect(status).toBe("ok");
    expect(checks).toMatchObject({
      compute: { status: "not_checked", reason: "No pool is configured to ask for." },
      monitoring: { status: "not_checked", reason: "No configured pool is measured there." },
      prometheus: {},
      pools: [],
    });
  });

  it("asks Monitoring nothing when every pool is measured on Prometheus", async () => {
    const pool = { instancePoolId: poolId, source: "prometheus" };
    const variables = { POOLS: JSON.stringify([pool]), PROMETHEUS_URL: "http://10.0.0.5:9090" };
    const asked: string[] = [];

    const { checks } = await check(variables, everybody(asked));

    expect(checks.monitoring.status).toBe("not_checked");
    expect(asked.join()).not.toContain("SummarizeMetricsData");
  });

  it("asks for fifty pools at most, and says so of the others", async () => {
    const pools = Array.from({ length: 51 }, (_, index) => ({
      name: `web-${index}`,
      instancePoolId: `${poolId}${index}`,
    }));
    const asked: string[] = [];

    const { checks } = await check({ POOLS: JSON.stringify(pools) }, everybody(asked));

    expect(asked.filter((call) => call.startsWith("List"))).toHaveLength(50);
    expect(checks.pools.at(-1)).toMatchObject({ name: "web-50", status: "not_checked" });
  });

  it("calls Compute fit when it answers for one pool of several", async () => {
    const services = everybody([]);
    const wrong = `${poolId}wrong`;
    const POOLS = JSON.stringify([{ instancePoolId: wrong }, { instancePoolId: poolId }]);

    const { status, checks } = await check(
      { POOLS },
      {
        ...services,
        callsFor: async (spec, invocation) => {
          if (spec.instancePoolId === wrong) throw new PoolNotFoundError("no such pool");
          return services.callsFor(spec, invocation);
        },
      },
    );

    expect(status).toBe("failed");
    expect(checks).toMatchObject({
      compute: { status: "ok" },
      monitoring: { status: "ok" },
      pools: [{ status: "failed", error: { code: "POOL_NOT_FOUND" } }, { status: "ok" }],
    });
  });

  it("says of each part what is wrong with it", async () => {
    const POOLS = JSON.stringify([{ instancePoolId: "web" }, { instancePoolId: poolId }]);
    const findPrincipal = async () => {
      throw new NotAuthenticatedError("There is no usable OCI principal.");
    };
    const unavailable = { status: "failed", error: { code: "SOURCE_UNAVAILABLE" } };

    const document = await check(
      { POOLS, PROMETHEUS_URL: "http://10.0.0.5:9090" },
      { ...everybody([]), ...noServices, findPrincipal },
    );

    expect(document).toMatchObject({
      status: "failed",
      checks: {
        configuration: {
          status: "failed",
          error: {
            code: "INVALID_REQUEST",
            message: expect.stringMatching(/pools\[0\]\.instancePoolId/),
          },
        },
        principal: { status: "failed", expiresAt: null, error: { code: "NOT_AUTHENTICATED" } },
        compute: unavailable,
        monitoring: { status: "not_checked" },
        prometheus: { default: unavailable },
        pools: [{ status: "failed", error: { code: "INVALID_REQUEST" } }, unavailable],
      },
    });
  });
});
