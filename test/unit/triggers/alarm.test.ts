import { describe, expect, it } from "vitest";
import { UnsupportedEventError } from "../../../src/errors.ts";
import { readAlarm } from "../../../src/triggers/alarm.ts";
import { instanceId, poolId } from "../../support/ocids.ts";

const other = `${poolId}other`;
const alarmId = "ocid1.alarm.oc1.iad.aaaaaaaatestalarm";

function callWith(headers: Readonly<Record<string, string>> = {}) {
  return { header: (name: string) => new Headers(headers).get(name) ?? undefined };
}

/** The pools that the alarm asks for; fails when it isn't taken for an alarm. */
function requestOf(body: unknown): unknown {
  const trigger = readAlarm(body, callWith());
  expect(trigger?.name).toBe("alarm");
  return trigger?.toRequest();
}

function requestFor(...pools: readonly string[]) {
  return { pools: pools.map((instancePoolId) => ({ instancePoolId })) };
}

/** One stream that fires, as the compute agent's dimensions describe it. */
function stream(instancePoolId: string, unique = "a") {
  return {
    instancePoolId,
    resourceDisplayName: `inst-${unique}-web`,
    faultDomain: "FAULT-DOMAIN-1",
    resourceId: instanceId(unique),
    availabilityDomain: "eMuL:US-ASHBURN-AD-1",
    imageId: "ocid1.image.oc1.iad.a",
    region: "us-ashburn-1",
    shape: "VM.Standard.E5.Flex",
  };
}

const entry = (dimensions: readonly unknown[]) => ({
  id: alarmId,
  status: "FIRING",
  severity: "CRITICAL",
  query: "CpuUtilization[1m].mean() > 80",
  totalMetricsFiring: dimensions.length,
  dimensions,
});
const message = (version: number, ...alarmMetaData: readonly unknown[]) => ({
  dedupeKey: "8f2c",
  title: "busy",
  body: "The pool is busy",
  type: "OK_TO_FIRING",
  severity: "CRITICAL",
  timestampEpochMillis: 1_795_466_400_000,
  alarmMetaData,
  version,
});
const grouped = { notificationType: "Grouped messages across metric streams" };
const split = { notificationType: "Split messages per metric stream" };
const poolQuery = `CpuUtilization[1m]{instancePoolId = "${poolId}"}.mean() > 80`;

describe("an alarm", () => {
  it.each([
    ["of version 1.0", message(1.0, entry([stream(poolId)])), [poolId]],
    [
      "of version 1.1",
      { ...message(1.1, entry([stream(poolId)])), timestamp: "2026-11-23T20:40:00Z" },
      [poolId],
    ],
    [
      "of version 1.3",
      message(1.3, {
        ...entry([stream(poolId)]),
        namespace: "oci_computeagent",
        alarmUrl: `https://cloud.oracle.com/monitoring/alarms/${alarmId}`,
      }),
      [poolId],
    ],
    [
      "of version 1.5, grouped",
      {
        ...message(1.5, {
          ...entry([stream(poolId, "a"), stream(poolId, "b")]),
          alarmSummary: "Alarm is FIRING",
          metricValues: [{ "CpuUtilization[1m].mean()": "92" }],
        }),
        ...grouped,
      },
      [poolId],
    ],
    [
      "of version 1.5, split",
      {
        ...message(1.5, { ...entry([stream(poolId)]), totalMetricsFiring: 4 }),
        ...split,
      },
      [poolId],
    ],
    ["of a version to come", message(2, { ...entry([stream(poolId)]), streams: [] }), [poolId]],
    ["of nothing but dimensions", { alarmMetaData: [{ dimensions: [stream(poolId)] }] }, [poolId]],
  ])("%s names its pools in the dimensions", (_, body, pools) => {
    expect(requestOf(body)).toEqual(requestFor(...pools));
  });

  it.each([
    ["two pools", [entry([stream(poolId), stream(other)])], [poolId, other]],
    [
      "two pools in two entries",
      [entry([stream(poolId)]), entry([stream(other)])],
      [poolId, other],
    ],
    ["one pool five times", [entry(Array(5).fill(stream(poolId)))], [poolId]],
    [
      "one pool in two spellings",
      [entry([stream(poolId), stream(poolId.toUpperCase())])],
      [poolId],
    ],
    ["a pool and machines in none", [entry([stream("Default"), stream(poolId)])], [poolId]],
    ["the word in another case", [entry([stream("DEFAULT"), stream(poolId)])], [poolId]],
    ["another key's case", [entry([{ instancepoolID: poolId }])], [poolId]],
    ["a stream that is null", [entry([null, 5, "x", [], stream(poolId)])], [poolId]],
    ["an entry that is null", [null, 5, [], entry([stream(poolId)])], [poolId]],
    ["a pool that is no text", [entry([{ instancePoolId: 5 }, stream(poolId)])], [poolId]],
    ["a pool that is no OCID", [entry([stream("Web")])], ["web"]],
  ])("asks for each pool once: %s", (_, entries, pools) => {
    expect(requestOf(message(1.5, ...entries))).toEqual(requestFor(...pools));
  });
});

describe("an alarm without a pool in its dimensions", () => {
  it.each([
    ["no dimensions at all", { query: poolQuery }, [poolId]],
    ["FIRING_TO_OK, dimensions empty", { ...entry([]), status: "OK", query: poolQuery }, [poolId]],
    ["RESET, dimensions null", { dimensions: null, status: "OK", query: poolQuery }, [poolId]],
    ["dimensions that are an object", { dimensions: stream(other), query: poolQuery }, [poolId]],
    ["grouped by resourceId", { ...entry([{ resourceId: "x" }]), query: poolQuery }, [poolId]],
    ["only machines in no pool", { ...entry([stream("Default")]), query: poolQuery }, [poolId]],
    ["an upper-case query", { query: poolQuery.toUpperCase() }, [poolId]],
    ["without quotes", { query: `Cpu[1m]{instancePoolId = ${poolId}}.mean() > 80` }, [poolId]],
    [
      "two alternatives",
      { query: `Cpu[1m]{instancePoolId =~ "${poolId}|${other}"}.mean() > 80` },
      [poolId, other],
    ],
    [
      "a pool twice in a joined query",
      { query: `${poolQuery} && Memory[1m]{instancePoolId = "${poolId}"}.mean() > 80` },
      [poolId],
    ],
  ])("has it in the query: %s", (_, metaData, pools) => {
    expect(requestOf(message(1.5, metaData))).toEqual(requestFor(...pools));
  });

  it("believes the dimensions rather than the query", () => {
    const metaData = { ...entry([stream(other)]), query: poolQuery };

    expect(requestOf(message(1.5, metaData))).toEqual(requestFor(other));
  });

  it("believes the query, too, where the list of dimensions is cut off", () => {
    const query = `Cpu[1m]{instancePoolId =~ "${poolId}|${other}"}.mean() > 80`;
    const of = (listed: number, totalMetricsFiring: number) =>
      requestOf(
        message(1.5, { ...entry(Array(listed).fill(stream(poolId))), query, totalMetricsFiring }),
      );

    expect(of(100, 150)).toEqual(requestFor(poolId, other));
    expect(of(100, 100)).toEqual(requestFor(poolId));
    // A message that is split by stream.
    expect(of(1, 150)).toEqual(requestFor(poolId));
  });

  it.each([
    ["no entry", []],
    ["entries that are none", [null, 5, "x", []]],
    ["an empty entry", [{}]],
    ["all machines in no pool", [entry([stream("Default"), stream("default")])]],
    ["a query without a pool", [entry([])]],
    ["a query that is no text", [{ query: { text: poolQuery } }]],
    [
      "an alarm of something else",
      [
        {
          namespace: "oci_objectstorage",
          query: 'AllRequests[1m]{resourceDisplayName = "logs"}.count() > 1',
          dimensions: [{ resourceID: "ocid1.bucket.oc1.iad.a", resourceDisplayName: "logs" }],
        },
      ],
    ],
    [
      "a pool only in other texts",
      [{ alarmSummary: poolQuery, metricValues: [{ [poolId]: "1" }] }],
    ],
  ])("is refused when it names none: %s", (_, entries) => {
    const refusal = new UnsupportedEventError("The alarm names no instance pool.", {
      hint: 'Keep the dimension instancePoolId in the alarm\'s query, for example CpuUtilization[1m]{instancePoolId = "ocid1.instancepool.…"}.mean() > 80.',
    });

    expect(() => requestOf(message(1.5, ...entries))).toThrow(refusal);
  });
});

describe("the correlation id of an alarm", () => {
  const headers = { "X-OCI-NS-MessageId": "of Notifications" };
  const alarms = [{ id: alarmId }, { id: "another" }];

  it.each([
    [headers, { dedupeKey: "of the alarm" }, "of Notifications"],
    [{}, { dedupeKey: "of the alarm" }, "of the alarm"],
    [{}, { dedupekey: "of the alarm" }, "of the alarm"],
    [{}, { dedupeKey: 5 }, alarmId],
    [{}, {}, alarmId],
  ])("is the nearest that there is: %j %j", (given, body, correlationId) => {
    const trigger = readAlarm({ ...body, alarmMetaData: alarms }, callWith(given));

    expect(trigger?.correlationId).toBe(correlationId);
  });

  it("may be missing", () => {
    expect(readAlarm({ alarmMetaData: [null] }, callWith())?.correlationId).toBeUndefined();
  });
});

it.each([
  undefined,
  null,
  "alarmMetaData",
  [],
  [{ alarmMetaData: [] }],
  {},
  { alarmMetaData: null },
  { alarmMetaData: {} },
  { alarmMetaData: "x" },
])("does not take for an alarm: %j", (body) => {
  expect(readAlarm(body, callWith())).toBeUndefined();
});
