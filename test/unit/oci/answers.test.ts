import * as v from "valibot";
import { describe, expect, it } from "vitest";
import * as answers from "../../../src/oci/answers.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";

const member = { id: instanceId("a"), compartmentId, displayName: "web-a", state: "Running" };

describe("what OCI answers", () => {
  it.each<[string, object, object]>([
    ["a name that is no text", { displayName: 7 }, { displayName: undefined, state: "Running" }],
    ["no name", { displayName: null }, { displayName: undefined, state: "Running" }],
    [
      "a name with what is no character",
      { displayName: "web-\ufffd" },
      { displayName: "web-\ufffd" },
    ],
    ["a state that is no text", { state: null }, { state: "unknown", displayName: "web-a" }],
    ["an instant that is none", { timeCreated: {} }, { timeCreated: undefined }],
    ["no compartment of its own", { compartmentId: null }, { compartmentId: undefined }],
  ])("counts a member with %s, and all others", (_, odd, read) => {
    const others = [{ ...member, id: instanceId("b") }];
    const members = v.parse(v.array(answers.instanceSummary), [{ ...member, ...odd }, ...others]);

    expect(members).toHaveLength(2);
    expect(members[0]).toMatchObject(read);
    expect(members[1]).toMatchObject({ displayName: "web-a", state: "Running" });
  });

  it("lists a pool with tags that are none", () => {
    const pool = { id: poolId, compartmentId, freeformTags: null, definedTags: { a: "b" } };

    expect(v.parse(v.array(answers.poolSummary), [pool])).toMatchObject([
      { id: poolId, lifecycleState: "unknown", freeformTags: {}, definedTags: {} },
    ]);
  });

  it("knows a VNIC by what of it is right", () => {
    expect(v.parse(answers.vnic, { isPrimary: true, privateIp: 1, ipv6Addresses: null })).toEqual({
      isPrimary: true,
      privateIp: undefined,
      ipv6Addresses: [],
      hostnameLabel: undefined,
    });
  });
});
