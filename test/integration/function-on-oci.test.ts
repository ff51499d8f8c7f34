import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { type EmulatedPool, steady } from "../../local/oci-emulator/tenancy.ts";
import { ask, logOf, startFunction } from "../support/function-process.ts";
import { nodeExecutable } from "../support/node-release.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const member = (unique: string, cpu: number, memory: number) => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state: "Running",
  cpu: steady(cpu),
  memory: steady(memory),
});
const silent = (unique: string, state: string) => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state,
});

const pools: readonly EmulatedPool[] = [
  {
    id: poolId,
    displayName: "web",
    compartmentId,
    instances: [
      member("a", 20, 40),
      member("b", 80, 60),
      silent("c", "Running"),
      silent("d", "Stopped"),
      silent("e", "Terminated"),
    ],
  },
  {
    id: `${poolId}large`,
    displayName: "large",
    compartmentId,
    instances: Array.from({ length: 250 }, (_, index) => member(`n${index}`, index % 100, 50)),
  },
  { id: `${poolId}empty`, displayName: "empty", compartmentId, instances: [] },
];

describe("the function on OCI Monitoring", () => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools, pageSize: 100 } });
    agent = await startFunction(emulator.environment);
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
  });

  it("averages the members that report, and names the running one that doesn't", async () => {
    const document = await ask(agent, { instancePoolId: poolId });

    expect(document).toMatchObject({
      status: "partial",
      trigger: "direct",
      pools: [
        {
          name: "web",
          instancePoolId: poolId,
          source: "oci",
          status: "partial",
          statistic: "mean",
          cpu: { average: 50, min: 20, max: 80, p95: 77, reporting: 2 },
          memory: { average: 50, min: 40, max: 60, p95: 59, reporting: 2 },
          instances: {
            total: 5,
            running: 3,
            reporting: 2,
            missing: [
              {
                id: instanceId("c"),
                displayName: "inst-c-web",
                metrics: ["cpu", "memory"],
                reason: "no_data",
              },
            ],
          },
        },
      ],
    });
  });

  it("takes two metric queries for 250 members on three pages", async () => {
    emulator.clearRequests();

    const document = await ask(agent, { instancePoolId: `${poolId}large` });

    expect(document.pools[0]).toMatchObject({
      status: "ok",
      cpu: { average: 44.5, reporting: 250 },
    });
    const operations = emulator.requests.map(({ operation }) => operation).sort();
    expect(operations).toEqual([
      "GetInstancePool",
      "ListInstancePoolInstances",
      "ListInstancePoolInstances",
      "ListInstancePoolInstances",
      "SummarizeMetricsData",
      "SummarizeMetricsData",
    ]);
  });

  it("asks Monitoring for whole minutes of this pool, with a resolution", async () => {
    emulator.clearRequests();

    await ask(agent, { instancePoolId: poolId, windowMinutes: 10, statistic: "max" });

    const query = emulator.requests.find(({ operation }) => operation === "SummarizeMetricsData");
    expect(query?.query).toEqual({ compartmentId });
    expect(query?.body).toMatchObject({
      namespace: "oci_computeagent",
      query: expect.stringMatching(
        /^(Cpu|Memory)Utilization\[1m\]\{instancePoolId = "ocid1\.instancepool[^"]*"\}\.groupBy\(resourceId\)\.max\(\)$/,
      ),
      startTime: expect.stringMatching(/:00\.000Z$/),
      endTime: expect.stringMatching(/:00\.000Z$/),
      resolution: "1m",
    });
  });

  it.each(["mean", "max", "min", "p50", "p90", "p95", "p99"])(
    "knows the statistic %s",
    async (statistic) => {
      const { pools: results } = await ask(agent, { instancePoolId: poolId, statistic });

      expect(results[0]).toMatchObject({ statistic, cpu: { average: 50 } });
    },
  );

  it.each([
    ["not JSON", "INVALID_REQUEST", /^The request is not JSON/],
    ["[1]", "INVALID_REQUEST", /^The request must be a JSON object/],
    ["", "INVALID_REQUEST", /^There is no pool to measure\.$/],
    ['{"pool":"web"}', "POOL_NOT_FOUND", /^No pool called "web" is configured\.$/],
    [
      '{"instancePoolId":"web"}',
      "INVALID_REQUEST",
      /^instancePoolId: not the OCID of an instance pool/,
    ],
    [
      `{"instancePoolId":"${poolId}","source":"nagios"}`,
      "INVALID_REQUEST",
      /^source: expected "oci" \| "prometheus"/,
    ],
    [
      `{"instancePoolId":"${poolId}","windowMinutes":"5"}`,
      "INVALID_REQUEST",
      /^windowMinutes: expected number, got "5"$/,
    ],
    [
      `{"instancePoolId":"${poolId}","window":5}`,
      "INVALID_REQUEST",
      /^window: unknown key; known are instancePoolId/,
    ],
    [
      `{"instancePoolId":"${poolId}","source":"prometheus"}`,
      "INVALID_REQUEST",
      /^prometheus\.server: no Prometheus server "default"; none is configured: set PROMETHEUS_URL$/,
    ],
  ])("refuses %s, and answers the next call", async (body, code, message) => {
    const document = await ask(agent, body);

    expect(document).toMatchObject({
      status: "failed",
      pools: [],
      error: { code, message: expect.stringMatching(message), retryable: false },
    });
    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("partial");
  });

  it("says of a pool that isn't there which policy may be missing", async () => {
    const { pools: results } = await ask(agent, { instancePoolId: `${poolId}gone` });

    expect(results[0]).toMatchObject({
      status: "failed",
      cpu: { average: null },
      error: {
        code: "POOL_NOT_FOUND",
        message: expect.stringContaining("404 NotAuthorizedOrNotFound"),
        hint: expect.stringContaining("read instance-pools"),
      },
    });
  });

  it("calls an empty pool empty", async () => {
    const { pools: results } = await ask(agent, { instancePoolId: `${poolId}empty` });

    expect(results[0]).toMatchObject({ name: "empty", error: { code: "EMPTY_POOL" } });
  });

  it("keeps text beyond ASCII whole, however the body is cut into chunks", async () => {
    const name = "é漢😀".repeat(60);
    const { pools: results } = await ask(agent, { instancePoolId: poolId, name }, { chunkSize: 7 });

    expect(results[0]?.name).toBe(name);
  });

  it("answers health checks", async () => {
    const response = await agent.invoke('{"check":"health"}');

    expect(response.json()).toMatchObject({
      status: "ok",
      checks: { configuration: { status: "ok", pools: 0 }, principal: { status: "ok" } },
    });
  });

  it("makes a failed document a failed invocation when asked to", async () => {
    for (const instancePoolId of ["web", `${poolId}gone`]) {
      const request = JSON.stringify({ instancePoolId, onError: "throw" });
      expect((await agent.invoke(request)).status).toBe(502);
    }
    expect(agent.running).toBe(true);
  });

  it("logs one JSON object a line, with the call's and the pool's keys", async () => {
    const before = agent.logLines().length;

    await ask(agent, { instancePoolId: poolId }, { callId: "the-call" });

    const lines = logOf(agent).slice(before);
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "DEBUG Measuring pool",
      "INFO Pool measured",
      "INFO Invocation answered",
    ]);
    expect(lines.at(1)).toMatchObject({
      timestamp: expect.stringMatching(/Z$/),
      service: "oci-pool-utilization",
      cold_start: false,
      function_request_id: "the-call",
      function_id: expect.stringMatching(/^ocid1\.fnfunc/),
      function_app_id: expect.stringMatching(/^ocid1\.fnapp/),
      instance_pool_id: poolId,
      pool: "web",
      source: "oci",
      status: "partial",
      cpu_average: 50,
      instances_running: 3,
      instances_reporting: 2,
    });
    expect(logOf(agent).filter(({ cold_start }) => cold_start).length).toBeGreaterThan(0);
  });
});

describe.each([22, 24] as const)("the function on Node %i", (major) => {
  it("answers as on any other", { timeout: 300_000 }, async () => {
    const emulator = await OciEmulator.start({ tenancy: { pools } });
    const agent = await startFunction(emulator.environment, await nodeExecutable(major));
    try {
      const document = await ask(agent, { instancePoolId: poolId });

      expect(document.pools[0]).toMatchObject({ status: "partial", cpu: { average: 50 } });
      expect(logOf(agent).length).toBeGreaterThan(0);
    } finally {
      await agent.close();
      await emulator.close();
    }
  });
});
