import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { callsInARow } from "../../local/oci-emulator/calls-in-a-row.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { type EmulatedPool, steady } from "../../local/oci-emulator/tenancy.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const other = `${compartmentId}other`;
const crowded = `${compartmentId}crowded`;

/** Pools of so many members each, whose CPU is the pool's number up to 99. */
function pools(name: string, count: number, size: number, where = compartmentId): EmulatedPool[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `${poolId}${name}${number}`,
    displayName: `${name}-${number}`,
    compartmentId: where,
    instances: Array.from({ length: size }, (_, member) => ({
      id: instanceId(`${name}${number}n${member}`),
      displayName: `inst-${member}-${name}-${number}`,
      state: "Running",
      cpu: steady(number % 100),
      memory: steady(50),
    })),
  }));
}

const tens = pools("ten", 100, 10);
const pairs = pools("pair", 1_000, 2, other);
/** Their members live in another compartment than they do. */
const apart = pools("apart", 200, 2, `${compartmentId}network`).map((pool) => ({
  ...pool,
  instances: pool.instances.map((one) => ({ ...one, compartmentId: `${compartmentId}apps` })),
}));
const hundreds = pools("hundred", 30, 100, crowded);
const latencyMs = 20;
/** Long enough for the order of events not to depend on how busy this machine is. */
const longLatencyMs = 500;

describe("many pools at once", () => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  beforeAll(async () => {
    const tenancy = { pools: [...tens, ...pairs, ...hundreds, ...apart] };
    emulator = await OciEmulator.start({ tenancy, latencyMs });
  });
  // What a warm process remembers is not to help the next.
  beforeEach(async () => {
    await agent?.close();
    agent = await startFunction(emulator.environment);
    emulator.clearRequests();
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
  });

  const specsOf = (all: readonly EmulatedPool[], settings: object = {}) => ({
    pools: all.map(({ id }) => ({ instancePoolId: id, ...settings })),
  });
  const queries = () =>
    emulator.requests.filter(({ operation }) => operation === "SummarizeMetricsData");
  /** The most metric queries that arrived within a second. */
  const mostInASecond = () => {
    const times = queries().map(({ receivedAtMs }) => receivedAtMs);
    return Math.max(...times.map((at) => times.filter((t) => t >= at && t < at + 1_000).length));
  };

  it("takes two metric queries for 100 pools of 10", async () => {
    const { status, pools: results } = await ask(agent, specsOf(tens));

    expect(status).toBe("ok");
    expect(results.map(({ cpu }) => cpu.average)).toEqual(tens.map((_, number) => number));
    expect(queries()).toHaveLength(2);
  });

  it("takes few metric queries for 200 pools whose members live elsewhere, then two", async () => {
    // What nobody waits for any more is asked again: four, and two for each time that happens.
    for (const most of [20, 2]) {
      emulator.clearRequests();
      const { pools: results } = await ask(agent, specsOf(apart));

      expect(results.map(({ cpu }) => cpu.average)).toEqual(apart.map((_, n) => n % 100));
      expect(queries().length).toBeLessThanOrEqual(most);
    }
  });

  it("takes 1,010 calls and ten queries at most for 1,000 pools of 2", async () => {
    const { status, pools: results } = await ask(agent, specsOf(pairs));

    expect(status).toBe("ok");
    expect(results.map(({ cpu }) => cpu.average)).toEqual(pairs.map((_, number) => number % 100));
    expect(emulator.requests.length).toBeLessThanOrEqual(1_010);
    expect(queries().length).toBeLessThanOrEqual(10);
    expect(mostInASecond()).toBeLessThanOrEqual(10);
  });

  it.each([
    ["whose sizes are known", {}],
    ["whose sizes are not", { compartmentId: crowded, name: "x" }],
  ])("takes ten queries at most for 30 pools of 100 %s", async (_, settings) => {
    const { status } = await ask(agent, specsOf(hundreds, settings));

    expect(status).toBe("ok");
    expect(queries().length).toBeLessThanOrEqual(10);
    expect(mostInASecond()).toBeLessThanOrEqual(10);
  });

  it("takes two for one pool in a compartment of 3,000 streams", async () => {
    const { status } = await ask(agent, specsOf(hundreds.slice(0, 1)));

    expect(status).toBe("ok");
    expect(queries()).toHaveLength(2);
  });

  it("gives each pool its own result, whatever becomes of the others", async () => {
    const gone = { instancePoolId: `${poolId}gone`, compartmentId };
    const nowhere = { instancePoolId: `${poolId}ten1`, compartmentId: `${compartmentId}nowhere` };
    const { pools: some } = specsOf(tens.slice(2, 20), { compartmentId });
    const { pools: results } = await ask(agent, { pools: [gone, nowhere, ...some] });

    expect(results.slice(0, 2).map(({ error }) => error?.code)).toEqual([
      "POOL_NOT_FOUND",
      "POOL_NOT_FOUND",
    ]);
    expect(results.slice(2).map(({ status }) => status)).toEqual(some.map(() => "ok"));
  });
});

it.each([
  ["cold, without a compartment", {}, false, 2],
  ["cold, with a compartment", { compartmentId }, false, 1],
  ["warm", {}, true, 1],
])("makes the calls for one pool together, %s", async (_, settings, isWarm, inARow) => {
  const one = tens.slice(0, 1);
  const emulator = await OciEmulator.start({ tenancy: { pools: one }, latencyMs: longLatencyMs });
  const agent = await startFunction(emulator.environment);
  try {
    const request = { pools: one.map(({ id }) => ({ instancePoolId: id, ...settings })) };
    if (isWarm) await ask(agent, request);
    emulator.clearRequests();

    await ask(agent, request);

    expect(callsInARow(emulator.requests)).toHaveLength(inARow);
  } finally {
    await agent.close();
    await emulator.close();
  }
});
