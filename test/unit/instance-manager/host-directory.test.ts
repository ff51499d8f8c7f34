import { describe, expect, it } from "vitest";
import { PoolNotFoundError } from "../../../src/errors.ts";
import { HostDirectory } from "../../../src/instance-manager/host-directory.ts";
import type { Network } from "../../../src/oci/calls.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const member = (unique: string) => ({
  id: instanceId(unique),
  displayName: unique,
  compartmentId,
  state: "RUNNING",
});

const now = () => new Date();

/** A network on which every instance has a detached, a secondary and a primary VNIC. */
function network() {
  let [calls, underWay, most] = [0, 0, 0];
  const counted = async <T>(answer: T): Promise<T> => {
    calls += 1;
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return answer;
  };
  const api: Network = {
    listVnicAttachments: async function* ({ instanceId: id }) {
      if (id.endsWith("forbidden")) throw new PoolNotFoundError("404");
      if (id.endsWith("bare")) return yield await counted([]);
      yield await counted([
        { vnicId: `${id}-gone`, lifecycleState: "DETACHED" },
        { vnicId: `${id}-second`, lifecycleState: "ATTACHED" },
      ]);
      yield await counted([{ vnicId: `${id}-first`, lifecycleState: "ATTACHED" }]);
    },
    getVnic: async ({ vnicId }) =>
      counted({
        isPrimary: vnicId.endsWith("-first"),
        privateIp: vnicId.endsWith("-first") ? "10.0.0.1" : "10.0.9.9",
        ipv6Addresses: ["2001:db8::1"],
        hostnameLabel: "web-1",
      }),
  };
  return {
    directory: new HostDirectory(async () => api, now),
    calls: () => calls,
    most: () => most,
  };
}

describe("HostDirectory", () => {
  it("knows a member by its primary, attached VNIC", async () => {
    const { directory } = network();

    const { byInstanceId, failure } = await directory.hostsOf(
      [member("a")],
      poolSpec(),
      anInvocation(),
    );

    expect([...byInstanceId]).toEqual([
      [instanceId("a"), { addresses: ["10.0.0.1", "2001:db8::1"], hostname: "web-1" }],
    ]);
    expect(failure).toBeUndefined();
  });

  it("asks once in a warm process", async () => {
    const { directory, calls } = network();

    await directory.hostsOf([member("a")], poolSpec(), anInvocation());
    const before = calls();
    await directory.hostsOf([member("a")], poolSpec(), anInvocation());

    expect(calls()).toBe(before);
  });

  it("lets a member that can't be looked up cost nobody else", async () => {
    const { directory } = network();
    const members = [member("forbidden"), member("bare"), member("a")];

    const { byInstanceId, failure } = await directory.hostsOf(members, poolSpec(), anInvocation());

    expect([...byInstanceId.keys()]).toEqual([instanceId("a")]);
    expect(failure?.code).toBe("POOL_NOT_FOUND");
  });

  it("looks up five members at a time at most", async () => {
    const { directory, most } = network();

    await directory.hostsOf(
      Array.from({ length: 40 }, (_, index) => member(`n${index}`)),
      poolSpec(),
      anInvocation(),
    );

    expect(most()).toBe(5);
  });
});
