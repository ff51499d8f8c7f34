import { afterEach, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { type EmulatorOptions, OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { type EmulatedPool, steady } from "../../local/oci-emulator/tenancy.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const pool = (index: number, more: Partial<EmulatedPool> = {}): EmulatedPool => ({
  id: `${poolId}n${index}`,
  displayName: `pool-${index}`,
  compartmentId,
  instances: [0, 1].map((member) => ({
    id: instanceId(`n${index}m${member}`),
    displayName: `inst-${member}`,
    state: "Running",
    cpu: steady(index % 100),
    memory: steady(50),
  })),
  ...more,
});
const poolsOf = (count: number, more: (index: number) => Partial<EmulatedPool> = () => ({})) =>
  Array.from({ length: count }, (_, index) => pool(index, more(index)));
const requestFor = (pools: readonly EmulatedPool[], more: object = {}) => ({
  pools: pools.map(({ id }) => ({ instancePoolId: id, ...more })),
});

describe("pools on OCI", () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function start(options: EmulatorOptions) {
    const emulator = await OciEmulator.start(options);
    open.push(emulator);
    const agent: FnAgent = await startFunction(emulator.environment);
    open.push(agent);
    const count = (name: string) =>
      emulator.requests.filter(({ operation }) => operation === name).length;
    return { agent, count };
  }

  it("are described by one of them and a list of their compartment", async () => {
    const pools = poolsOf(100);
    const { agent, count } = await start({ tenancy: { pools } });

    const document = await ask(agent, requestFor(pools));

    expect(document.status).toBe("ok");
    expect(document.pools.map(({ name }) => name)).toEqual(pools.map((one) => one.displayName));
    expect(count("GetInstancePool")).toBe(1);
    expect(count("ListInstancePools")).toBe(1);
    expect(count("ListInstancePoolInstances")).toBe(100);
  });

  it("fail each by itself, whatever compartment they are in", async () => {
    const pools = poolsOf(40, (index) => ({ compartmentId: `${compartmentId}${index % 3}` }));
    const { agent } = await start({
      tenancy: { pools: pools.slice(0, 39) },
      denied: () => [`ListInstancePools ${compartmentId}1`],
    });

    const document = await ask(agent, requestFor(pools));

    const failed = document.pools.filter(({ status }) => status !== "ok");
    expect(failed).toMatchObject([
      { instancePoolId: pools[39]?.id, error: { code: "POOL_NOT_FOUND" } },
    ]);
  });

  it("are all measured by a service that takes only a few calls at once", async () => {
    const pools = poolsOf(120);
    let throttled = 0;
    const { agent } = await start({
      tenancy: { pools },
      latencyMs: 20,
      throttled: (operation, underWay) => {
        const isTooMuch = operation === "ListInstancePoolInstances" && underWay > 8;
        if (isTooMuch) throttled += 1;
        return isTooMuch;
      },
    });

    const document = await ask(agent, requestFor(pools));

    expect(document.pools.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(throttled).toBeGreaterThan(0);
  });

  it("are listed once, in however many ways one of them is asked for", async () => {
    const pools = poolsOf(1);
    const { agent, count } = await start({ tenancy: { pools } });
    const views = Array.from({ length: 50 }, (_, index) => ({
      instancePoolId: pools[0]?.id,
      minCoverage: index / 100,
    }));

    const document = await ask(agent, { pools: views });

    expect(document.pools).toHaveLength(50);
    expect(count("ListInstancePoolInstances")).toBe(1);
  });

  it("show their new names as soon as their members change", async () => {
    let [displayName, members] = ["web", 2];
    const { agent } = await start({
      tenancy: () => {
        const { instances, ...one } = pool(0);
        return { pools: [{ ...one, displayName, instances: instances.slice(0, members) }] };
      },
    });
    const nameNow = async () => (await ask(agent, requestFor([pool(0)]))).pools[0]?.name;
    expect(await nameNow()).toBe("web");

    displayName = "shop";
    members = 1;

    expect(await nameNow()).toBe("shop");
  });
});
