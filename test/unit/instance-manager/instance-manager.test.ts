import { describe, expect, it } from "vitest";
import { PoolNotFoundError, SourceUnavailableError } from "../../../src/errors.ts";
import { InstanceManager } from "../../../src/instance-manager/instance-manager.ts";
import { runningInstances } from "../../../src/instance-manager/instance-pool.ts";
import type { InstanceSummary } from "../../../src/oci/answers.ts";
import type { ComputeManagement } from "../../../src/oci/calls.ts";
import { inPages } from "../../support/in-pages.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const now = () => new Date();
const listInstancePools = () => inPages<never>();

/** Compute with these pages; it remembers its calls. */
function computeWith(pages: readonly (readonly InstanceSummary[])[]) {
  const calls: string[] = [];
  const compute: ComputeManagement = {
    listInstancePools,
    getInstancePool: async ({ instancePoolId }) => {
      calls.push(`GetInstancePool ${instancePoolId}`);
      return { compartmentId, displayName: "the pool" };
    },
    listInstancePoolInstances: ({ compartmentId: compartment }) => {
      calls.push(`ListInstancePoolInstances ${compartment}`);
      return inPages(...pages);
    },
  };
  return { calls, manager: new InstanceManager(async () => compute, now) };
}

const member = (unique: string, state: string) => ({
  id: instanceId(unique),
  compartmentId,
  displayName: `inst-${unique}-web`,
  state,
});

describe("InstanceManager", () => {
  it("lists the members of all pages", async () => {
    const { manager } = computeWith([[member("a", "Running")], [member("b", "Running")], []]);

    const pool = await manager.getInstancesFromInstancePool(poolSpec(), anInvocation());

    expect(pool.instances.map(({ displayName }) => displayName)).toEqual([
      "inst-a-web",
      "inst-b-web",
    ]);
  });

  it("counts a member once that moved to the next page while they were read", async () => {
    const { manager } = computeWith([[member("a", "Running")], [member("a", "Running")]]);

    const pool = await manager.getInstancesFromInstancePool(poolSpec(), anInvocation());

    expect(pool.instances).toHaveLength(1);
  });

  it.each(["Running", "RUNNING", "running"])(
    "takes a member in state %s for running",
    async (state) => {
      const others = [
        "Provisioning",
        "Starting",
        "Stopping",
        "Stopped",
        "Terminating",
        "Terminated",
        "CREATING_IMAGE",
      ];
      const members = [
        member("a", state),
        ...others.map((other, index) => member(`x${index}`, other)),
      ];
      const { manager } = computeWith([members]);

      const pool = await manager.getInstancesFromInstancePool(poolSpec(), anInvocation());

      expect(runningInstances(pool).map(({ id }) => id)).toEqual([instanceId("a")]);
      expect(pool.instances).toHaveLength(8);
    },
  );

  it("asks for the pool's compartment and name, once in a warm process", async () => {
    const { manager, calls } = computeWith([[]]);
    const spec = poolSpec({ name: undefined, compartmentId: undefined });
    const bare = { ...spec, name: undefined, compartmentId: undefined };

    const pool = await manager.getInstancesFromInstancePool(bare, anInvocation());
    await manager.getInstancesFromInstancePool(bare, anInvocation());

    expect(pool.name).toBe("the pool");
    expect(calls.filter((call) => call === `GetInstancePool ${poolId}`)).toHaveLength(1);
    expect(calls).toContain(`ListInstancePoolInstances ${compartmentId}`);
  });

  it("asks for nothing that the spec already says", async () => {
    const { manager, calls } = computeWith([[]]);

    await manager.getInstancesFromInstancePool(poolSpec(), anInvocation());

    expect(calls).toEqual([`ListInstancePoolInstances ${compartmentId}`]);
  });

  it("asks again for a pool that could not be described", async () => {
    let calls = 0;
    const compute: ComputeManagement = {
      listInstancePools,
      getInstancePool: async () => {
        calls += 1;
        if (calls === 1) throw new SourceUnavailableError("busy");
        return { compartmentId, displayName: "the pool" };
      },
      listInstancePoolInstances: () => inPages<never>(),
    };
    const manager = new InstanceManager(async () => compute, now);
    const spec = { ...poolSpec(), compartmentId: undefined };

    await expect(manager.getInstancesFromInstancePool(spec, anInvocation())).rejects.toThrow(
      "busy",
    );
    expect((await manager.getInstancesFromInstancePool(spec, anInvocation())).instances).toEqual(
      [],
    );
  });

  it("does not remember that a pool's compartment could not be found out", async () => {
    let down = true;
    const compute: ComputeManagement = {
      listInstancePools,
      getInstancePool: async () => {
        if (down) throw new SourceUnavailableError("Compute is down");
        return { compartmentId, displayName: "the pool" };
      },
      listInstancePoolInstances: () => inPages<never>(),
    };
    const manager = new InstanceManager(async () => compute, now);
    const unknown = { ...poolSpec(), compartmentId: undefined };
    await expect(manager.compartmentOf(unknown, anInvocation())).rejects.toThrow("Compute is down");
    down = false;

    const pool = await manager.getInstancesFromInstancePool(unknown, anInvocation());

    expect(pool.instances).toEqual([]);
  });

  it("follows a pool that was moved to another compartment", async () => {
    let home = compartmentId;
    const compute: ComputeManagement = {
      listInstancePools,
      getInstancePool: async () => ({ compartmentId: home, displayName: "the pool" }),
      listInstancePoolInstances: async function* (request) {
        if (request.compartmentId !== home) throw new PoolNotFoundError("404");
        yield [member("a", "Running")];
      },
    };
    const manager = new InstanceManager(async () => compute, now);
    const spec = { ...poolSpec(), compartmentId: undefined };
    await manager.getInstancesFromInstancePool(spec, anInvocation());

    home = `${compartmentId}moved`;

    expect(
      (await manager.getInstancesFromInstancePool(spec, anInvocation())).instances,
    ).toHaveLength(1);
  });

  it("remembers no description that failed, whoever asked for it", async () => {
    let down = true;
    const compute: ComputeManagement = {
      listInstancePools,
      getInstancePool: async () => {
        if (down) throw new SourceUnavailableError("it is down");
        return { compartmentId, displayName: "the pool" };
      },
      listInstancePoolInstances: () => inPages<never>(),
    };
    const manager = new InstanceManager(async () => compute, now);
    const anyCompartment = { ...poolSpec(), compartmentId: undefined };
    await expect(manager.compartmentOf(anyCompartment, anInvocation())).rejects.toThrow("down");
    down = false;

    const pool = await manager.getInstancesFromInstancePool(anyCompartment, anInvocation());

    expect(pool.instances).toEqual([]);
  });
});
