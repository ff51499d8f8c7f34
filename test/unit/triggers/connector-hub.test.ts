import { describe, expect, it } from "vitest";
import { UnsupportedEventError } from "../../../src/errors.ts";
import { readConnectorHubBatch } from "../../../src/triggers/connector-hub.ts";
import { instanceId, poolId } from "../../support/ocids.ts";

const other = `${poolId}other`;

/** The pools that the batch asks for; fails when it isn't taken for a batch. */
function requestOf(body: unknown): unknown {
  const trigger = readConnectorHubBatch(body);
  expect(trigger).toMatchObject({ name: "connector-hub" });
  return trigger?.toRequest();
}

const metric = (dimensions: Readonly<Record<string, unknown>>) => ({
  namespace: "oci_computeagent",
  resourceGroup: null,
  compartmentId: "ocid1.compartment.oc1..a",
  name: "CpuUtilization",
  dimensions,
  metadata: { displayName: "CPU Utilization", unit: "Percent" },
  datapoints: [{ timestamp: 1_795_466_400_000, value: 41.5, count: 1 }],
});
const inPool = (instancePoolId: unknown) =>
  metric({ instancePoolId, resourceId: instanceId("a"), resourceDisplayName: "inst-a-web" });

describe("a batch of Connector Hub", () => {
  it.each([
    ["one metric", [inPool(poolId)], [poolId]],
    ["two pools", [inPool(poolId), inPool(other)], [poolId, other]],
    ["one pool five times", Array(5).fill(inPool(poolId)), [poolId]],
    ["one pool in two spellings", [inPool(poolId.toUpperCase()), inPool(poolId)], [poolId]],
    ["a machine in no pool", [inPool("Default"), inPool(poolId)], [poolId]],
    ["a pool that is empty text", [inPool(""), inPool(poolId)], [poolId]],
    ["a pool that is no text", [inPool(null), inPool(5), inPool(poolId)], [poolId]],
    ["metrics of other things", [metric({ resourceId: "vnic" }), inPool(poolId)], [poolId]],
    ["things that are no metric", [null, 5, "x", [], {}, inPool(poolId)], [poolId]],
    ["a log entry", [{ data: { message: "x" }, type: "log" }, inPool(poolId)], [poolId]],
    ["another key's case", [metric({ instancePoolID: poolId })], [poolId]],
    ["nothing but dimensions", [{ dimensions: { instancePoolId: poolId } }], [poolId]],
  ])("names its pools in the dimensions: %s", (_, batch, pools) => {
    expect(requestOf(batch)).toEqual({
      pools: pools.map((instancePoolId) => ({ instancePoolId })),
    });
  });

  it("has no id of its own", () => {
    expect(readConnectorHubBatch([inPool(poolId)])?.correlationId).toBeUndefined();
  });

  it.each([
    ["a metric of another service", [metric({ resourceId: "ocid1.vnic.oc1.iad.a" })]],
    ["machines in no pool", [inPool("Default"), inPool("DEFAULT")]],
    ["no dimensions", [metric({})]],
    ["empty text and no text", [inPool(""), inPool(null)]],
  ])("is refused when it names none: %s", (_, batch) => {
    const refusal = new UnsupportedEventError(
      "No metric of the batch has the dimension instancePoolId.",
      { hint: "Let the connector's source be the namespace oci_computeagent." },
    );

    expect(() => requestOf(batch)).toThrow(refusal);
  });
});

it.each([
  undefined,
  null,
  "x",
  {},
  inPool(poolId),
  [],
  [1],
  [null],
  [[inPool(poolId)]],
  [{}],
  [{ dimensions: null }],
  [{ dimensions: [] }],
  [{ dimensions: poolId }],
  [{ data: { message: "a log entry" }, type: "com.oraclecloud.vcn.flowlogs" }],
])("does not take for a batch: %j", (body) => {
  expect(readConnectorHubBatch(body)).toBeUndefined();
});
