import { afterEach, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { type EmulatorOptions, OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { MetricData } from "../../local/oci-emulator/monitoring.ts";
import { notAuthorizedOrNotFound } from "../../local/oci-emulator/service-error.ts";
import { type EmulatedPool, steady } from "../../local/oci-emulator/tenancy.ts";
import type { PoolResult } from "../../src/result/result-document.ts";
import { ask, logOf, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { rawCall, resourcePrincipal } from "../support/sdk-calls.ts";

const member = (unique: string, readings: { cpu?: number; memory?: number }) => ({
  id: instanceId(unique),
  displayName: unique,
  state: "Running",
  ...(readings.cpu === undefined ? {} : { cpu: steady(readings.cpu) }),
  ...(readings.memory === undefined ? {} : { memory: steady(readings.memory) }),
});
const poolOf = (id: string, instances: EmulatedPool["instances"]): EmulatedPool => ({
  id,
  displayName: `pool ${id.slice(poolId.length)}`,
  compartmentId,
  instances,
});
const numbered = Array.from({ length: 30 }, (_, index) => `${poolId}number${index}`);
const pools = [
  poolOf(`${poolId}web`, [
    member("a", { cpu: 20, memory: 40 }),
    member("b", { cpu: 60.5 }),
    member("c", {}),
  ]),
  poolOf(`${poolId}silent`, [member("d", {})]),
  poolOf(`${poolId}empty`, []),
  ...numbered.map((id, index) => poolOf(id, [member(`n${index}`, { cpu: index, memory: 50 })])),
];
const publish = { namespace: "pools" };
const request = (unique: string, more: object = {}) => ({
  instancePoolId: `${poolId}${unique}`,
  publish,
  ...more,
});

describe("publish", () => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  afterEach(async () => {
    await agent.close();
    await emulator.close();
  });

  async function start(
    options: Partial<EmulatorOptions> = {},
    environment: Readonly<Record<string, string>> = {},
  ) {
    emulator = await OciEmulator.start({ tenancy: { pools }, ...options });
    agent = await startFunction({ ...emulator.environment, ...environment });
  }

  /** What Monitoring has of a metric in the last ten minutes and the coming one, signed by the SDK. */
  async function published(name: string, resourceGroup?: string): Promise<readonly MetricData[]> {
    const now = Date.now();
    const { status, answer } = await rawCall(emulator, resourcePrincipal(emulator.environment), {
      method: "POST",
      path: `/20180401/metrics/actions/summarizeMetricsData?compartmentId=${compartmentId}`,
      body: JSON.stringify({
        namespace: publish.namespace,
        resourceGroup,
        query: `${name}[1m].mean()`,
        startTime: new Date(now - 600_000).toISOString(),
        endTime: new Date(now + 60_000).toISOString(),
        resolution: "1m",
      }),
    });
    if (status !== 200) throw new Error(JSON.stringify(answer));
    return answer as MetricData[];
  }

  /** The values of each metric, and when they are of. */
  async function pointsOf(name: string) {
    const streams = await published(name);
    return streams.flatMap(({ aggregatedDatapoints }) =>
      aggregatedDatapoints.map(({ timestamp, value }) => [timestamp, value]),
    );
  }

  const operations = () => emulator.requests.map(({ operation }) => operation);
  const warningsOf = (results: readonly PoolResult[]) => results.map(({ warnings }) => warnings);

  it("gives Monitoring the averages and counts as the result has them", async () => {
    await start();

    const { pools: results } = await ask(agent, request("web"));

    const [result] = results;
    const end = result?.window?.end;
    expect(result).toMatchObject({
      status: "partial",
      warnings: [],
      cpu: { average: 40.25 },
      memory: { average: 40 },
    });
    expect(await published("CpuUtilization")).toEqual([
      {
        namespace: "pools",
        resourceGroup: null,
        compartmentId,
        name: "CpuUtilization",
        dimensions: { instancePoolId: `${poolId}web`, pool: "pool web" },
        metadata: {},
        resolution: null,
        aggregatedDatapoints: [{ timestamp: end, value: 40.25 }],
      },
    ]);
    expect(await pointsOf("MemoryUtilization")).toEqual([[end, 40]]);
    expect(await pointsOf("ReportingInstances")).toEqual([[end, 1]]);
    expect(await pointsOf("RunningInstances")).toEqual([[end, 3]]);
  });

  it("posts to the pool's resource group and under its own name", async () => {
    await start();

    await ask(
      agent,
      request("web", { name: "wéb", publish: { ...publish, resourceGroup: "a.b" } }),
    );

    expect(await published("CpuUtilization")).toEqual([]);
    expect(await published("CpuUtilization", "a.b")).toMatchObject([
      { resourceGroup: "a.b", dimensions: { pool: "wéb" } },
    ]);
  });

  it("posts no average that is missing, and no 0 instead", async () => {
    await start();

    const { pools: results } = await ask(agent, {
      pools: [request("silent"), request("empty"), request("gone")],
    });

    expect(results.map(({ error }) => error?.code)).toEqual([
      "NO_DATA",
      "EMPTY_POOL",
      "POOL_NOT_FOUND",
    ]);
    expect(await pointsOf("CpuUtilization")).toEqual([]);
    expect(await pointsOf("MemoryUtilization")).toEqual([]);
    expect((await pointsOf("ReportingInstances")).map(([, value]) => value)).toEqual([0, 0]);
    expect((await pointsOf("RunningInstances")).map(([, value]) => value)).toEqual([1, 0]);
  });

  it("posts no average that minCoverage refuses", async () => {
    await start();

    const { pools: results } = await ask(agent, request("web", { minCoverage: 0.9 }));

    expect(results[0]).toMatchObject({
      cpu: { average: 40.25 },
      error: { code: "LOW_COVERAGE" },
    });
    expect(await pointsOf("CpuUtilization")).toEqual([]);
    expect((await pointsOf("RunningInstances")).map(([, value]) => value)).toEqual([3]);
  });

  it("posts 50 streams at a time, of all pools together", async () => {
    await start();

    const asked = numbered.map((instancePoolId) => ({ instancePoolId, publish }));
    const document = await ask(agent, { pools: asked });

    expect(document.status).toBe("ok");
    const posts = emulator.requests.filter(({ operation }) => operation === "PostMetricData");
    expect(posts.map(({ body }) => Reflect.get(Object(body), "metricData").length).sort()).toEqual([
      20, 50, 50,
    ]);
    const values = (await pointsOf("CpuUtilization")).map(([, value]) => Number(value));
    expect(values.sort((a, b) => a - b)).toEqual(numbered.map((_, index) => index));
  });

  it("posts nothing of a pool that doesn't ask for it", async () => {
    await start();

    await ask(agent, { instancePoolId: `${poolId}web` });

    expect(operations()).not.toContain("PostMetricData");
  });

  it("posts neither of two ways to measure a pool that would become one stream", async () => {
    await start();

    const asked = [request("web"), request("web", { windowMinutes: 60 }), request("number4")];
    const document = await ask(agent, { pools: asked });

    const warning =
      "not published: This request measures the pool in several ways. Give each a name of its own.";
    expect(warningsOf(document.pools)).toEqual([[warning], [warning], []]);
    expect(logOf(agent)).toContainEqual(
      expect.objectContaining({ level: "ERROR", message: "Publishing failed", pools: 2 }),
    );
    expect((await pointsOf("CpuUtilization")).map(([, value]) => value)).toEqual([4]);
  });

  it("posts several ways to measure a pool that have their own names", async () => {
    await start();

    const asked = [request("web"), request("web", { windowMinutes: 60, name: "an hour" })];
    const document = await ask(agent, { pools: asked });

    expect(warningsOf(document.pools)).toEqual([[], []]);
    const streams = await published("CpuUtilization");
    expect(streams.map(({ dimensions }) => dimensions["pool"]).sort()).toEqual([
      "an hour",
      "pool web",
    ]);
  });

  it.each([
    [
      "its display name",
      [{ instancePoolId: `${poolId}web`, publish }],
      { name: "pool web", statistic: "max", windowMinutes: 60 },
      ["pool web"],
    ],
    [
      "another configured pool's name",
      [
        { name: "web", instancePoolId: `${poolId}web`, publish },
        { name: "peaks", instancePoolId: `${poolId}web`, publish, statistic: "max" },
      ],
      { name: "peaks" },
      ["peaks", "web"],
    ],
  ])("posts no other measure of a pool under %s", async (_, configured, asked, streams) => {
    await start({}, { POOLS: JSON.stringify(configured) });

    await ask(agent, {});
    const posts = operations().filter((operation) => operation === "PostMetricData").length;
    const document = await ask(agent, { instancePoolId: `${poolId}web`, ...asked });

    expect(warningsOf(document.pools)).toEqual([
      expect.arrayContaining([expect.stringMatching(/^not published: .* in another way\./)]),
    ]);
    expect(operations().filter((operation) => operation === "PostMetricData")).toHaveLength(posts);
    const found = await published("CpuUtilization");
    expect(found.map(({ dimensions }) => dimensions["pool"]).sort()).toEqual(streams);
  });

  it.each([
    ["a name of the request's", "web", { name: "web" }],
    ["its display name", "pool silent", {}],
  ])("posts nothing of another pool into a configured pool's stream: %s", async (_, name, more) => {
    const configured = { defaults: { publish }, pools: [{ name, instancePoolId: `${poolId}web` }] };
    await start({}, { POOLS: JSON.stringify(configured) });

    await ask(agent, {});
    const document = await ask(agent, { instancePoolId: `${poolId}silent`, ...more });

    expect(warningsOf(document.pools)).toEqual([
      [expect.stringMatching(/^not published: .* another OCID is published by this name/)],
    ]);
    expect((await published("RunningInstances")).map(({ dimensions }) => dimensions)).toEqual([
      { instancePoolId: `${poolId}web`, pool: name },
    ]);
  });

  it("warns on the pools whose metrics were refused, and on no other", async () => {
    await start({
      refuseMetric: ({ name, dimensions }) =>
        name === "MemoryUtilization" && dimensions["instancePoolId"] === numbered[3]
          ? "too many streams"
          : undefined,
    });

    const asked = numbered.slice(0, 5).map((instancePoolId) => ({ instancePoolId, publish }));
    const document = await ask(agent, { pools: asked });

    expect(document.status).toBe("ok");
    const warning = "MemoryUtilization was not published: too many streams";
    expect(warningsOf(document.pools)).toEqual([[], [], [], [warning], []]);
    expect(logOf(agent)).toContainEqual(
      expect.objectContaining({
        level: "WARN",
        message: "Metrics refused",
        streams: 20,
        refused: 1,
        reason: "too many streams",
      }),
    );
  });

  it("keeps the result when nothing is taken, and says why", async () => {
    await start({ refuseMetric: () => "no" });

    const document = await ask(agent, request("web"));

    expect(document.pools[0]).toMatchObject({ status: "partial", cpu: { average: 40.25 } });
    expect(warningsOf(document.pools)).toEqual([
      [
        expect.stringMatching(
          /^not published: Monitoring answered PostMetricData with 400 InvalidParameter: no$/,
        ),
      ],
    ]);
    expect(logOf(agent)).toContainEqual(
      expect.objectContaining({ level: "ERROR", message: "Publishing failed", pools: 1 }),
    );
  });

  it("keeps the result when the ingestion can't be reached, after trying again", async () => {
    await start({}, { OCI_MONITORING_INGESTION_ENDPOINT: "http://127.0.0.1:1" });

    const document = await ask(agent, { pools: [request("web"), request("empty")] });

    expect(document.pools[0]).toMatchObject({ status: "partial", cpu: { average: 40.25 } });
    const warning = expect.stringMatching(
      /^not published: Monitoring can't be reached at .*gateway/,
    );
    expect(warningsOf(document.pools)).toEqual([[warning], [warning]]);
    expect(logOf(agent).at(-1)).toMatchObject({ message: "Invocation answered", retries: 2 });
  });

  it("posts what a policy allows, though another pool's namespace is forbidden", async () => {
    await start({
      refuseMetric: ({ namespace }) => {
        if (namespace === "forbidden") throw notAuthorizedOrNotFound();
        return undefined;
      },
    });

    const forbidden = request("number7", { publish: { namespace: "forbidden" } });
    const { pools: results } = await ask(agent, { pools: [request("web"), forbidden] });

    expect(warningsOf(results)).toEqual([
      [],
      [expect.stringMatching(/^not published: .* 404 .* to use metrics/)],
    ]);
    expect((await pointsOf("CpuUtilization")).map(([, value]) => value)).toEqual([40.25]);
  });

  it("says which policy is missing", async () => {
    await start({
      refuseMetric: () => {
        throw notAuthorizedOrNotFound();
      },
    });

    const document = await ask(agent, request("web"));

    expect(document.pools[0]?.warnings[0]).toMatch(/404 .* to use metrics in compartment/);
  });
});
