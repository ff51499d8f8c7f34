import { describe, expect, it } from "vitest";
import { PoolNotFoundError, SourceUnavailableError } from "../../../src/errors.ts";
import { HostDirectory } from "../../../src/instance-manager/host-directory.ts";
import { InstanceManager } from "../../../src/instance-manager/instance-manager.ts";
import type { ComputeManagement, Network } from "../../../src/oci/calls.ts";
import { inPages } from "../../support/in-pages.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const minutes = 60_000;
const spec = { ...poolSpec(), name: undefined, compartmentId: undefined };
const member = (unique: string) => ({
  id: instanceId(unique),
  displayName: unique,
  compartmentId,
  state: "RUNNING",
});

/** A pool that can change, and a clock that is set by hand. */
function world() {
  const state = {
    name: "web",
    compartmentId,
    members: ["a", "b"],
    down: false,
    nowMs: Date.now(),
    calls: [] as string[],
  };
  const compute: ComputeManagement = {
    getInstancePool: async () => {
      state.calls.push("GetInstancePool");
      if (state.down) throw new SourceUnavailableError("down");
      return { compartmentId: state.compartmentId, displayName: state.name };
    },
    listInstancePools: () => inPages<never>(),
    listInstancePoolInstances: async function* (request) {
      state.calls.push("ListInstancePoolInstances");
      if (request.compartmentId !== state.compartmentId) throw new PoolNotFoundError("404");
      yield state.members.map(member);
    },
  };
  const manager = new InstanceManager(
    async () => compute,
    () => new Date(state.nowMs),
  );
  const nameNow = async () => {
    state.calls = [];
    return (await manager.getInstancesFromInstancePool(spec, anInvocation())).name;
  };
  return { state, nameNow, manager };
}

describe("what is remembered of a pool", () => {
  it("is good for five minutes, and costs nothing", async () => {
    const { state, nameNow } = world();
    await nameNow();
    state.nowMs += 5 * minutes;

    expect(await nameNow()).toBe("web");
    expect(state.calls).toEqual(["ListInstancePoolInstances"]);
  });

  it("is looked up again after that, at the same time as the members", async () => {
    const { state, nameNow } = world();
    await nameNow();
    state.nowMs += 5 * minutes + 1;
    state.name = "shop";

    expect(await nameNow()).toBe("shop");
    expect(state.calls.sort()).toEqual(["GetInstancePool", "ListInstancePoolInstances"]);
  });

  it.each([
    ["one more", ["a", "b", "c"]],
    ["one less", ["a"]],
    ["another instead", ["a", "c"]],
  ])("is looked up again at once when there is %s member", async (_, members) => {
    const { state, nameNow } = world();
    await nameNow();
    state.name = "shop";
    state.members = members;

    expect(await nameNow()).toBe("shop");
    expect(await nameNow()).toBe("shop");
    expect(state.calls).toEqual(["ListInstancePoolInstances"]);
  });

  it("is the same when members come in another order", async () => {
    const { state, nameNow } = world();
    await nameNow();
    state.members = ["b", "a"];
    await nameNow();

    expect(state.calls).toEqual(["ListInstancePoolInstances"]);
  });

  it("is looked up again when the clock was set back, as nobody knows how old it is", async () => {
    const { state, nameNow } = world();
    await nameNow();
    state.nowMs -= minutes;
    state.name = "shop";

    expect(await nameNow()).toBe("shop");
  });

  it("is the old name when the new one can't be found out: its members are there", async () => {
    const { state, nameNow } = world();
    await nameNow();
    state.nowMs += 6 * minutes;
    state.down = true;

    expect(await nameNow()).toBe("web");
  });

  it("is corrected when the pool moves between its description and its list", async () => {
    const { state, manager } = world();
    const described = manager.describe(spec, anInvocation());
    await described;
    state.compartmentId = `${compartmentId}moved`;

    const pool = await manager.getInstancesFromInstancePool(spec, anInvocation());

    expect(pool.instances).toHaveLength(2);
    expect(await manager.compartmentOf(spec, anInvocation())).toBe(`${compartmentId}moved`);
  });

  it("does not turn what may not be listed into a second try", async () => {
    const { state, manager } = world();
    await manager.describe(spec, anInvocation());
    const refusing = { ...spec, compartmentId: `${compartmentId}wrong` };
    state.calls = [];

    await expect(
      manager.getInstancesFromInstancePool(refusing, anInvocation()),
    ).rejects.toBeInstanceOf(PoolNotFoundError);
    expect(state.calls.filter((call) => call === "ListInstancePoolInstances")).toHaveLength(1);
  });

  it("is listed once for all ways in which an invocation asks for it", async () => {
    const { state, manager } = world();
    const invocation = anInvocation();

    const pools = await Promise.all(
      [1, 2, 3].map((windowMinutes) =>
        manager.getInstancesFromInstancePool({ ...spec, windowMinutes }, invocation),
      ),
    );

    expect(pools.map(({ instances }) => instances.length)).toEqual([2, 2, 2]);
    expect(state.calls.sort()).toEqual(["GetInstancePool", "ListInstancePoolInstances"]);
  });
});

describe("a pool's list", () => {
  it("is asked for again by who comes later in the invocation, as the doctor does", async () => {
    const { state, manager } = world();
    const invocation = anInvocation();
    await manager.getInstancesFromInstancePool(spec, invocation);

    state.members = ["c"];
    const later = await manager.getInstancesFromInstancePool(spec, invocation);

    expect(later.instances.map(({ displayName }) => displayName)).toEqual(["c"]);
  });

  it("is where its members are that name no compartment", async () => {
    const compute: ComputeManagement = {
      getInstancePool: async () => ({ compartmentId }),
      listInstancePools: () => inPages<never>(),
      listInstancePoolInstances: () => inPages([{ id: instanceId("a"), state: "Running" }]),
    };
    const manager = new InstanceManager(
      async () => compute,
      () => new Date(),
    );

    const { instances } = await manager.getInstancesFromInstancePool(spec, anInvocation());

    expect(instances).toMatchObject([{ compartmentId, displayName: instanceId("a") }]);
  });
});

/** Hosts whose VNICs can change. */
function hosts() {
  const state = { hostname: "web", vnic: "first", down: false, nowMs: Date.now(), calls: 0 };
  const network: Network = {
    listVnicAttachments: async function* ({ instanceId: id }) {
      state.calls += 1;
      if (state.down) throw new SourceUnavailableError("down");
      yield [{ vnicId: `${id}-${state.vnic}`, lifecycleState: "ATTACHED" }];
    },
    getVnic: async ({ vnicId }) => {
      state.calls += 1;
      if (!vnicId.endsWith(state.vnic)) throw new PoolNotFoundError("404");
      return {
        isPrimary: true,
        privateIp: "10.0.0.1",
        ipv6Addresses: [],
        hostnameLabel: state.hostname,
      };
    },
  };
  const directory = new HostDirectory(
    async () => network,
    () => new Date(state.nowMs),
  );
  const namesNow = async (...members: string[]) => {
    state.calls = 0;
    const found = await directory.hostsOf(members.map(member), spec, anInvocation());
    return [...found.byInstanceId.values()].map(({ hostname }) => hostname);
  };
  return { state, directory, namesNow };
}

describe("what is remembered of a VNIC", () => {
  it("is good for five minutes", async () => {
    const { state, namesNow } = hosts();
    await namesNow("a", "b");
    state.nowMs += 5 * minutes;

    expect(await namesNow("a", "b")).toEqual(["web", "web"]);
    expect(state.calls).toBe(0);
  });

  it("is what VNICs say after that, and by another VNIC as well", async () => {
    const { state, namesNow } = hosts();
    await namesNow("a");
    state.nowMs += 5 * minutes + 1;
    state.hostname = "shop";

    expect(await namesNow("a")).toEqual(["shop"]);
    expect(state.calls).toBe(2);

    state.nowMs += 6 * minutes;
    Object.assign(state, { vnic: "second", hostname: "third" });
    expect(await namesNow("a")).toEqual(["third"]);
  });

  it.each([
    ["came", ["a", "b", "c"], ["new", "new", "new"]],
    ["left", ["a"], ["new"]],
  ])("is what VNICs say at once when a member %s", async (_, members, names) => {
    const { state, namesNow } = hosts();
    await namesNow("a", "b");
    state.hostname = "new";

    expect(await namesNow(...members)).toEqual(names);
  });

  it("is looked up while members are being listed, and then no more", async () => {
    const { state, directory, namesNow } = hosts();
    await namesNow("a", "b");
    state.nowMs += 6 * minutes;
    state.hostname = "new";
    state.calls = 0;
    const invocation = anInvocation();

    directory.expect(spec, invocation);
    const found = await directory.hostsOf(["a", "b"].map(member), spec, invocation);

    expect([...found.byInstanceId.values()].map(({ hostname }) => hostname)).toEqual([
      "new",
      "new",
    ]);
    expect(state.calls).toBe(4);
  });

  it("is nothing when it is too old and can't be looked up again", async () => {
    const { state, namesNow } = hosts();
    await namesNow("a", "b");
    state.down = true;

    expect(await namesNow("a")).toEqual(["web"]);
    state.nowMs += 6 * minutes;
    expect(await namesNow("a")).toEqual([]);
  });

  it("asks for nobody in a pool that it doesn't know", () => {
    const { state, directory } = hosts();

    directory.expect({ ...spec, instancePoolId: `${poolId}other` }, anInvocation());

    expect(state.calls).toBe(0);
  });
});
