import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import type { HealthDocument } from "../../src/health/health-document.ts";
import { EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import { startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const instances = [
  { id: instanceId("a"), displayName: "a", state: "Running", cpu: steady(20), memory: steady(40) },
];
const pools = [{ id: poolId, displayName: "web", compartmentId, instances }];
const POOLS = JSON.stringify([{ name: "web", instancePoolId: poolId }]);
const latencyMs = expect.any(Number);
const ok = { status: "ok", latencyMs };

async function health(agent: FnAgent): Promise<HealthDocument> {
  const response = await agent.invoke('{"check": "health"}');
  expect(response.status).toBe(200);
  return response.json() as HealthDocument;
}

describe("the health check", () => {
  let denied: readonly string[] = [];
  let emulator: OciEmulator;
  let prometheus: EmulatedPrometheus;
  let agent: FnAgent;
  beforeAll(async () => {
    emulator = await OciEmulator.start({
      tenancy: { pools },
      denied: () => denied,
      tokenLifetimeMs: 600_000,
    });
    prometheus = await EmulatedPrometheus.start(() => []);
    agent = await startFunction({
      ...emulator.environment,
      POOLS,
      PROMETHEUS_URL: prometheus.url,
    });
  });
  afterEach(() => {
    denied = [];
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
    await prometheus.close();
  });

  it("answers for every part, with how long it took and how long the token is good", async () => {
    const before = Date.now();
    const document = await health(agent);

    expect(document).toMatchObject({
      status: "ok",
      checks: {
        configuration: { status: "ok", pools: 1 },
        principal: ok,
        compute: ok,
        monitoring: ok,
        prometheus: { default: ok },
        pools: [{ name: "web", instancePoolId: poolId, ...ok }],
      },
      circuits: [
        { name: "Compute in us-ashburn-1", state: "closed" },
        { name: "Monitoring in us-ashburn-1", state: "closed" },
        { name: expect.stringMatching(/^"default"/), state: "closed" },
      ],
    });
    const expiresAt = Date.parse(document.checks.principal.expiresAt ?? "");
    expect(expiresAt).toBeGreaterThan(before);
    expect(expiresAt).toBeLessThan(before + 601_000);
  });

  it("calls nothing that collecting does not call", async () => {
    const operations = () => new Set(emulator.requests.map(({ operation }) => operation));
    await agent.invoke(POOLS.slice(1, -1).replace('"name":"web",', ""));
    const ofCollecting = operations();
    emulator.clearRequests();

    await health(agent);

    expect(operations().size).toBeGreaterThan(0);
    expect([...operations()].filter((operation) => !ofCollecting.has(operation))).toEqual([]);
  });

  it("shows no part of the token", async () => {
    const token = await readFile(emulator.environment["OCI_RESOURCE_PRINCIPAL_RPST"] ?? "", "utf8");
    const response = await agent.invoke('{"check": "health"}');

    for (const part of ["ST$", ...token.split(".")]) {
      expect(response.body.toString()).not.toContain(part);
    }
  });

  it.each([
    ["GetInstancePool", "compute"],
    ["ListInstancePoolInstances", "compute"],
    ["SummarizeMetricsData", "monitoring"],
  ] as const)("says which policy is missing when %s is denied", async (operation, part) => {
    denied = [operation];

    const { status, checks } = await health(agent);

    expect(status).toBe("failed");
    expect(checks[part]).toMatchObject({
      status: "failed",
      latencyMs,
      error: {
        code: "POOL_NOT_FOUND",
        hint: expect.stringContaining("Allow dynamic-group <group> to read"),
      },
    });
    expect(checks.prometheus).toEqual({ default: ok });
  });
});

describe("the health check when somebody never answers", () => {
  it("answers within its time, and for all the others", async () => {
    const silence = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silence, "listening");
    const { port } = silence.address() as AddressInfo;
    const emulator = await OciEmulator.start({ tenancy: { pools } });
    const agent = await FnAgent.start({
      bundle: "dist/func.cjs",
      environment: {
        ...emulator.environment,
        POOLS,
        PROMETHEUS_URL: `http://127.0.0.1:${port}`,
      },
      // A first call on a busy machine takes some of it.
      timeoutMs: 15_000,
      graceMs: 15_000,
    });

    const { status, checks } = await health(agent);
    await agent.close();
    await emulator.close();
    silence.closeAllConnections();
    silence.close();

    expect(status).toBe("failed");
    expect(checks).toMatchObject({
      principal: ok,
      compute: ok,
      monitoring: ok,
      prometheus: {
        default: {
          status: "failed",
          error: { hint: expect.stringContaining("how a missing route or a closed port looks") },
        },
      },
    });
  });
});
