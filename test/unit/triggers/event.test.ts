import { describe, expect, it } from "vitest";
import { UnsupportedEventError } from "../../../src/errors.ts";
import { readEvent } from "../../../src/triggers/event.ts";
import { instanceId, poolId } from "../../support/ocids.ts";

const poolTag = { "oci:compute:instancepool": poolId };
const launch = "com.oraclecloud.computeapi.launchinstance.end";
const update = "com.oraclecloud.computemanagement.updateinstancepool.begin";

/** The request that the event stands for; fails when it isn't taken for an event. */
function requestOf(body: unknown): unknown {
  const trigger = readEvent(body);
  expect(trigger?.name).toBe("event");
  return trigger?.toRequest();
}

const operations = [
  "createinstancepool",
  "updateinstancepool",
  "startinstancepool",
  "stopinstancepool",
  "softstopinstancepool",
  "resetinstancepool",
  "softresetinstancepool",
  "terminateinstancepool",
  "attachloadbalancer",
  "detachloadbalancer",
];
const poolEvents = [
  ...operations.flatMap((operation) => [`${operation}.begin`, `${operation}.end`]),
  "changeinstancepoolcompartment",
].map((type) => `com.oraclecloud.computemanagement.${type}`);

describe("an event of an instance pool", () => {
  it.each(poolEvents)("names its pool as the resource: %s", (eventType) => {
    const data = { compartmentId: "ocid1.compartment.oc1..a", resourceId: poolId };

    expect(requestOf({ eventType, data })).toEqual({ pools: [{ instancePoolId: poolId }] });
  });

  it.each([
    [
      "the whole envelope",
      {
        eventType: update,
        cloudEventsVersion: "0.1",
        eventTypeVersion: "2.0",
        source: "ComputeManagement",
        eventTime: "2026-11-23T20:40:00Z",
        contentType: "application/json",
        data: {
          compartmentId: "ocid1.compartment.oc1..a",
          compartmentName: "production",
          resourceName: "web",
          resourceId: poolId,
          availabilityDomain: "AD1",
          freeformTags: {},
          definedTags: {},
          additionalDetails: null,
        },
        eventID: "5a1a8f0d",
        extensions: { compartmentId: "ocid1.compartment.oc1..a" },
      },
    ],
    ["nothing but eventType and data", { eventType: update, data: { resourceId: poolId } }],
    ["an upper-case OCID", { eventType: update, data: { resourceId: poolId.toUpperCase() } }],
    ["an upper-case type", { eventType: update.toUpperCase(), data: { resourceId: poolId } }],
    ["keys in another case", { EventType: update, Data: { ResourceID: poolId } }],
    ["a type that came later", { eventType: "com.example.new", data: { resourceId: poolId } }],
    [
      "the tag of another pool",
      {
        eventType: update,
        data: {
          resourceId: poolId,
          freeformTags: { "oci:compute:instancepool": `${poolId}other` },
        },
      },
    ],
  ])("is understood with %s", (_, body) => {
    expect(requestOf(body)).toEqual({ pools: [{ instancePoolId: poolId }] });
  });

  it.each([
    "com.oraclecloud.computemanagement.updateinstancepool.begin",
    "com.oraclecloud.computemanagement.attachloadbalancer.end",
  ])("hands on a resource that is no OCID, so that the refusal names it: %s", (eventType) => {
    const data = { resourceId: "web", freeformTags: poolTag };

    expect(requestOf({ eventType, data })).toEqual({ pools: [{ instancePoolId: "web" }] });
  });
});

describe("an event of an instance", () => {
  it.each([
    ["launchinstance.end", "freeformTags"],
    ["launchinstance.begin", "freeFormTags"],
    ["terminateinstance.begin", "FreeformTags"],
    ["terminateinstance.end", "freeformtags"],
    ["instanceaction.end", "FREEFORMTAGS"],
  ])("names its pool in a tag: %s, %s", (type, key) => {
    const eventType = `com.oraclecloud.computeapi.${type}`;
    const data = { resourceId: instanceId("a"), [key]: poolTag };

    expect(requestOf({ eventType, data })).toEqual({ pools: [{ instancePoolId: poolId }] });
  });

  it.each([
    ["in another case", { "OCI:Compute:InstancePool": poolId }],
    ["with an upper-case OCID", { "oci:compute:instancepool": poolId.toUpperCase() }],
    ["among others", { Owner: "me", ...poolTag, "oci:compute:instanceconfiguration": "x" }],
  ])("finds the tag %s", (_, freeformTags) => {
    const data = { resourceId: instanceId("a"), freeformTags };

    expect(requestOf({ eventType: launch, data })).toEqual({ pools: [{ instancePoolId: poolId }] });
  });

  it("needs no resource beside the tag", () => {
    const body = { eventType: launch, data: { freeformTags: poolTag } };

    expect(requestOf(body)).toEqual({ pools: [{ instancePoolId: poolId }] });
  });
});

describe("an event that names no pool", () => {
  it.each([
    ["an instance without tags", launch, { resourceId: instanceId("a") }],
    [
      "an instance with no tag of a pool",
      launch,
      { resourceId: instanceId("a"), freeformTags: {} },
    ],
    ["tags that are null", launch, { resourceId: instanceId("a"), freeformTags: null }],
    ["tags that are a list", launch, { resourceId: instanceId("a"), freeformTags: [poolTag] }],
    ["a tag that is no text", launch, { freeformTags: { "oci:compute:instancepool": 5 } }],
    ["a defined tag", launch, { definedTags: poolTag }],
    ["data without a word", launch, {}],
    ["a pool event without its resource", update, {}],
    ["a pool event whose resource is no text", update, { resourceId: [poolId] }],
    [
      "a bucket",
      "com.oraclecloud.objectstorage.createbucket",
      { resourceId: "/n/devrel/b/", additionalDetails: { bucketName: poolId } },
    ],
    [
      "an autoscaling configuration",
      "com.oraclecloud.autoscaling.createautoscalingconfiguration.end",
      { resourceId: "ocid1.autoscalingconfiguration.oc1.iad.a" },
    ],
    [
      "an instance configuration",
      "com.oraclecloud.computemanagement.createinstanceconfiguration",
      { resourceId: "ocid1.instanceconfiguration.oc1.iad.a" },
    ],
    [
      "a type that only looks like a pool's",
      "com.example.com.oraclecloud.computemanagement.updateinstancepool",
      { resourceId: "web" },
    ],
    ["an empty type", "", { resourceId: "web" }],
  ])("is refused: %s", (_, eventType, data) => {
    const refusal = new UnsupportedEventError(`The event ${eventType} names no instance pool.`, {
      hint: "Send events of instance pools, or of instances that have the freeform tag oci:compute:instancepool.",
    });

    expect(() => requestOf({ eventType, data })).toThrow(refusal);
  });

  it("is not quoted at length", () => {
    expect(() => requestOf({ eventType: "x".repeat(10_000), data: {} })).toThrow(
      new UnsupportedEventError(`The event ${"x".repeat(100)} names no instance pool.`, {
        hint: "Send events of instance pools, or of instances that have the freeform tag oci:compute:instancepool.",
      }),
    );
  });
});

describe("the id of an event", () => {
  it.each([
    [{ eventID: "of Events" }, "of Events"],
    [{ eventId: "of Audit" }, "of Audit"],
    [{ eventID: 5 }, undefined],
    [{}, undefined],
  ])("is its correlation id: %j", (id, correlationId) => {
    expect(readEvent({ eventType: update, data: {}, ...id })?.correlationId).toBe(correlationId);
  });
});

it.each([
  undefined,
  null,
  5,
  update,
  [],
  [{ eventType: update, data: {} }],
  {},
  { eventType: update },
  { data: { resourceId: poolId } },
  { eventType: update, data: null },
  { eventType: update, data: [] },
  { eventType: update, data: poolId },
  { eventType: 5, data: {} },
  { eventType: null, data: {} },
  { event_type: update, data: {} },
])("does not take for an event: %j", (body) => {
  expect(readEvent(body)).toBeUndefined();
});
