import { describe, expect, it } from "vitest";
import { PoolNotFoundError, toUtilizationError } from "../../../src/errors.ts";
import { PoolDescriptions } from "../../../src/instance-manager/pool-descriptions.ts";
import type { ComputeManagement } from "../../../src/oci/calls.ts";
import { inPages } from "../../support/in-pages.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const pageSize = 1000;
const bare = { ...poolSpec(), name: undefined, compartmentId: undefined };
const spec = (index: number, more = {}) => ({
  ...bare,
  instancePoolId: `${poolId}${index}`,
  ...more,
});

/** Pools in their compartments, by index; it counts its calls. */
function tenancy(
  compartmentOf: (index: number) => string,
  count: number,
  denied: readonly string[] = [],
) {
  const calls = { GetInstancePool: 0, ListInstancePools: 0 };
  const pools = Array.from({ length: count }, (_, index) => ({
    id: `${poolId}${index}`,
    compartmentId: compartmentOf(index),
    displayName: `pool ${index}`,
    lifecycleState: "RUNNING",
    freeformTags: {},
    definedTags: {},
  }));
  const compute: ComputeManagement = {
    getInstancePool: async ({ instancePoolId }) => {
      calls.GetInstancePool += 1;
      const pool = pools.find(({ id }) => id === instancePoolId);
      if (pool === undefined) throw new PoolNotFoundError("404");
      return pool;
    },
    listInstancePools: async function* ({ compartmentId: where }) {
      if (denied.includes(where)) throw new PoolNotFoundError("404");
      const there = pools.filter((pool) => pool.compartmentId === where);
      for (let start = 0; start < there.length; start += pageSize) {
        calls.ListInstancePools += 1;
        yield there.slice(start, start + pageSize);
      }
    },
    listInstancePoolInstances: () => inPages<never>(),
  };
  const descriptions = new PoolDescriptions(
    async () => compute,
    () => new Date(),
  );
  const describeAll = (indexes: number, more = {}) => {
    const invocation = anInvocation();
    const specs = Array.from({ length: indexes }, (_, index) => spec(index, more));
    descriptions.expect(specs, invocation);
    return Promise.all(
      specs.map((one) =>
        descriptions.describe(one, invocation).then(
          ({ displayName }) => displayName,
          (error) => toUtilizationError(error).code,
        ),
      ),
    );
  };
  return { calls, descriptions, describeAll };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `pool ${index}`);

describe("many pools", () => {
  it("of one compartment are described by one of them and a list", async () => {
    const { calls, describeAll } = tenancy(() => compartmentId, 100);

    expect(await describeAll(100)).toEqual(names(100));
    expect(calls).toEqual({ GetInstancePool: 1, ListInstancePools: 1 });
  });

  it("of a compartment that is named take the pages of its list, and no more", async () => {
    const { calls, describeAll } = tenancy(() => compartmentId, 2_500);

    expect(await describeAll(2_500, { compartmentId })).toEqual(names(2_500));
    expect(calls).toEqual({ GetInstancePool: 0, ListInstancePools: 3 });
  });

  it("of 30 compartments take little more than the lists of these", async () => {
    const { calls, describeAll } = tenancy((index) => `${compartmentId}${index % 30}`, 1_000);

    expect(await describeAll(1_000)).toEqual(names(1_000));
    expect(calls.ListInstancePools).toBe(30);
    expect(calls.GetInstancePool).toBeLessThanOrEqual(111);
  });

  it("of as many compartments are described each by itself", async () => {
    const { calls, describeAll } = tenancy((index) => `${compartmentId}${index}`, 200);

    expect(await describeAll(200)).toEqual(names(200));
    expect(calls.GetInstancePool).toBe(200);
    expect(calls.ListInstancePools).toBeLessThanOrEqual(11);
  });

  it("that are few are described at once, each by itself", async () => {
    const { calls, describeAll } = tenancy(() => compartmentId, 10);

    await describeAll(10);

    expect(calls).toEqual({ GetInstancePool: 10, ListInstancePools: 0 });
  });

  it("tell each its own failure, and cost no other", async () => {
    const { describeAll } = tenancy(() => compartmentId, 99);

    expect(await describeAll(100)).toEqual([...names(99), "POOL_NOT_FOUND"]);
  });

  it("are described where their compartment may not be listed", async () => {
    const { describeAll } = tenancy(() => compartmentId, 20, [compartmentId]);

    expect(await describeAll(20)).toEqual(names(20));
  });

  it("are remembered, but not for ever all of them", async () => {
    const { calls, descriptions, describeAll } = tenancy(() => compartmentId, 5_100);

    await describeAll(5_100, { compartmentId });
    calls.GetInstancePool = 0;
    await descriptions.describe(spec(5_099), anInvocation());
    expect(calls.GetInstancePool).toBe(0);
    await descriptions.describe(spec(0), anInvocation());
    expect(calls.GetInstancePool).toBe(1);
  });
});
