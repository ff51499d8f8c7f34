import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { during, steady } from "../../local/oci-emulator/tenancy.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const instances = (pool: string, count: number, cpu: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => ({
    id: instanceId(`${pool}n${index}`),
    displayName: `inst-n${index}-${pool}`,
    state: "Running",
    cpu: steady(cpu(index)),
    memory: steady(50),
  }));

const poolOf = (size: number) => ({
  id: `${poolId}of${size}`,
  displayName: `of${size}`,
  compartmentId,
  instances: instances(`of${size}`, size, (index) => (100 * index) / size),
});

/** Ten members, of 210 that were there until eight hours ago. */
const shrunk = () => {
  const until = { to: new Date(Date.now() - 8 * 60 * 60_000) };
  const gone = instances("gone", 200, () => 90).map(({ cpu, memory, ...one }) => {
    const streams = { cpu: during(cpu, until), memory: during(memory, until) };
    return { ...one, ...streams, state: "Terminated" };
  });
  const left = instances("left", 10, (index) => index);
  return { id: `${poolId}shrunk`, displayName: "s", compartmentId, instances: [...gone, ...left] };
};

describe("a pool of 2,100 members", () => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  beforeAll(async () => {
    const members = instances("web", 2100, (index) => index % 100);
    const pool = { id: poolId, displayName: "web", compartmentId, instances: members };
    const pools = [pool, ...[69, 70, 200, 300].map(poolOf), shrunk()];
    emulator = await OciEmulator.start({ tenancy: { pools } });
    agent = await startFunction(emulator.environment);
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
  });

  const operations = (name: string) =>
    emulator.requests.filter(({ operation }) => operation === name);

  it("is asked for by availability domain, as one answer holds 2,000 streams", async () => {
    const { pools } = await ask(agent, { instancePoolId: poolId });

    expect(pools[0]).toMatchObject({
      status: "ok",
      cpu: { average: 49.5, reporting: 2100 },
      memory: { average: 50, reporting: 2100 },
    });
    expect(operations("SummarizeMetricsData")).toHaveLength(2 * 3);
    expect(operations("ListInstancePoolInstances")).toHaveLength(3);
    expect(emulator.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it("answers for windows that no interval divides evenly", async () => {
    const { pools } = await ask(agent, { instancePoolId: poolId, windowMinutes: 1439 });

    expect(pools[0]).toMatchObject({ status: "ok", cpu: { average: 49.5 } });
  });

  it.each([
    [69, "mean", 2, 60],
    [70, "mean", 6, 60],
    [300, "max", 4, 60],
    [200, "p95", 6, 60],
    [300, "p95", 6, 180],
  ])(
    "asks about a day of %i members for the %s in %i queries",
    async (size, statistic, queries, resolutionSeconds) => {
      emulator.clearRequests();
      const instancePoolId = `${poolId}of${size}`;
      const { pools } = await ask(agent, { instancePoolId, windowMinutes: 1440, statistic });

      expect(pools[0]).toMatchObject({
        status: "ok",
        resolutionSeconds,
        cpu: { average: expect.closeTo((50 * (size - 1)) / size, 1) },
      });
      expect(operations("SummarizeMetricsData")).toHaveLength(queries);
      expect(emulator.requests.filter(({ status }) => status !== 200)).toEqual([]);
    },
  );

  it.each(["mean", "max", "p95"])(
    "reads the %s of a day of a pool that had more members than an answer holds",
    async (statistic) => {
      const settings = { windowMinutes: 1440, statistic };
      const { pools } = await ask(agent, { instancePoolId: `${poolId}shrunk`, ...settings });

      expect(pools[0]).toMatchObject({
        status: "ok",
        resolutionSeconds: 60,
        cpu: { average: 4.5, reporting: 10 },
      });
    },
  );

  it("asks twice about one pool among 2,770 members of a compartment", async () => {
    emulator.clearRequests();
    const { pools } = await ask(agent, { instancePoolId: `${poolId}of70`, compartmentId });

    expect(pools[0]?.status).toBe("ok");
    expect(operations("SummarizeMetricsData")).toHaveLength(2);
  });
});
