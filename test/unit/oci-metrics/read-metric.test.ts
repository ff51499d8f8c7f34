import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import { ThrottledError } from "../../../src/errors.ts";
import type { Instance } from "../../../src/instance-manager/instance-pool.ts";
import { type DataPoint, type MetricStream, toStream } from "../../../src/oci/answers.ts";
import type { Monitoring } from "../../../src/oci/calls.ts";
import { readMembers } from "../../../src/oci-metrics/read-metric.ts";
import { metricsBatch } from "../../support/metrics-batch.ts";
import { compartmentId, instanceId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

type Reader = Pick<Monitoring, "summarizeMetricsData">;

const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };

const instance = (unique: string, more: Partial<Instance> = {}): Instance => ({
  id: instanceId(unique),
  displayName: unique,
  compartmentId,
  state: "RUNNING",
  ...more,
});

/** A stream with a value at each of these minutes after 20:35. */
const stream = (
  unique: string,
  values: Readonly<Record<number, number | null>>,
  more: readonly DataPoint[] = [],
): MetricStream =>
  toStream({ resourceId: instanceId(unique) }, [
    ...Object.entries(values).map(([minute, value]) => ({
      timestamp: new Date(window.start.getTime() + Number(minute) * 60_000).toISOString(),
      value,
    })),
    ...more,
  ]);

/** Monitoring that knows these streams by the pool, and those by OCID; it counts its calls. */
function monitoringWith(ofPool: readonly MetricStream[], single: readonly MetricStream[] = []) {
  const queries: string[] = [];
  const monitoring: Reader = {
    summarizeMetricsData: async ({ query }) => {
      // Both metrics are asked for alike.
      if (query.startsWith("CpuUtilization")) queries.push(query);
      return query.includes("instancePoolId") ? ofPool : single;
    },
  };
  return { monitoring, queries };
}

const read = (monitoring: Reader, ...instances: readonly Instance[]) =>
  readOver(monitoring, {}, ...instances);

async function readOver(
  monitoring: Reader,
  settings: PoolSettings,
  ...instances: readonly Instance[]
) {
  const spec = poolSpec(settings);
  const batch = metricsBatch(monitoring.summarizeMetricsData, [spec]);
  const planned = await batch.plannedFor(spec);
  const { readings, ...read } = await readMembers(batch, spec, instances, planned);
  const cpu = new Map([...readings].map(([id, reading]) => [id, reading.cpu]));
  const ofCpu = (text: string) => !text.includes("MemoryUtilization");
  const warnings = [...new Set(read.warnings.filter(ofCpu))];
  return { ...read, readings: cpu, warnings };
}

describe("readMembers", () => {
  it("reads each member's own stream, and drops those of strangers and the dead", async () => {
    const { monitoring, queries } = monitoringWith([
      stream("a", { 0: 10, 4: 30 }),
      stream("dead", { 4: 99 }),
    ]);

    const { readings } = await read(monitoring, instance("a"));

    expect([...readings]).toEqual([[instanceId("a"), 20]]);
    expect(queries).toHaveLength(1);
  });

  it("takes two streams of one member for one reading", async () => {
    const { monitoring } = monitoringWith([stream("a", { 2: 10 }), stream("a", { 4: 30 })]);

    expect((await read(monitoring, instance("a"))).readings.get(instanceId("a"))).toBe(20);
  });

  it("asks for a member by its OCID before it is called missing", async () => {
    const { monitoring, queries } = monitoringWith(
      [stream("a", { 4: 10 })],
      [stream("late", { 4: 50 })],
    );

    const { readings } = await read(
      monitoring,
      instance("a"),
      instance("late"),
      instance("silent"),
    );

    expect([...readings.values()]).toEqual([10, 50, "no_data"]);
    expect(queries).toHaveLength(2);
  });

  it("asks for a member by its OCID whose stream in the pool has ended", async () => {
    const ofPool = [stream("moved", { 0: 10 }), stream("off", { 0: 20 })];
    const { monitoring, queries } = monitoringWith(ofPool, [stream("moved", { 0: 10, 4: 50 })]);

    const { readings } = await read(monitoring, instance("moved"), instance("off"));

    expect([...readings.values()]).toEqual([30, "stale"]);
    expect(queries).toHaveLength(2);
  });

  it.each([
    [1440, 3, 70],
    [1440, 4, "stale"],
    [121, 3, 70],
    [121, 4, "stale"],
    [60, 3, 70],
    [60, 4, "stale"],
    [3, 3, 70],
  ])("reads over %i minutes a point %i minutes old as %s", async (windowMinutes, age, reading) => {
    const { monitoring } = monitoringWith([stream("a", { [5 - age]: 70 })]);

    const { readings } = await readOver(monitoring, { windowMinutes }, instance("a"));

    expect([...readings.values()]).toEqual([reading]);
  });

  it("asks for fifty silent members one by one, and for more while any is found", async () => {
    const silent = Array.from({ length: 63 }, (_, index) => instance(`n${index}`));
    const nobody = monitoringWith([]);
    const somebody = monitoringWith([], [stream("n0", { 4: 1 })]);

    const { warnings } = await read(nobody.monitoring, ...silent);
    expect(nobody.queries).toHaveLength(1 + 5);
    expect(warnings).toEqual(["13 silent members were not asked for one by one"]);

    expect((await read(somebody.monitoring, ...silent)).warnings).toEqual([]);
    expect(somebody.queries).toHaveLength(1 + 7);
  });

  it("calls a member failed, not silent, when asking for it by its OCID fails", async () => {
    const monitoring: Reader = {
      summarizeMetricsData: async ({ query }) => {
        if (query.includes("{resourceId =")) throw new ThrottledError("slow down");
        return [stream("a", { 4: 10 }), stream("moved", { 0: 10 })];
      },
    };

    const all = ["a", "b", "moved"].map((unique) => instance(unique));
    const { readings, failures } = await read(monitoring, ...all);

    expect([...readings.values()]).toEqual([10, "query_failed", "query_failed"]);
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(["THROTTLED"]));
  });

  it.each([
    [{ 0: 50 }, "stale"],
    [{ 1: 50 }, "stale"],
    [{ 2: 50 }, 50],
    [{ 4: 50 }, 50],
    [{ 4: null }, "no_data"],
    [{}, "no_data"],
    [{ 4: 100.4 }, "not_a_number"],
    [{ 4: 100.004 }, 100],
    [{ 4: -0.004 }, 0],
    [{ 4: -0.1 }, "not_a_number"],
    [{ 3: 250, 4: -50 }, "not_a_number"],
    [{ 3: 10, 4: Number.NaN }, "not_a_number"],
    [{ 3: null, 4: 50 }, 50],
  ])("reads points at %j minutes into the window as %s", async (points, reading) => {
    const { monitoring } = monitoringWith([stream("a", points)]);

    expect((await read(monitoring, instance("a"))).readings.get(instanceId("a"))).toBe(reading);
  });

  it.each(["2026-11-23T20:34:00Z", "2026-11-23T20:41:00Z", "1795466400", "soon"])(
    "takes no point at %s, which is not in the window",
    async (timestamp) => {
      const streams = [stream("a", { 3: 10, 4: 30 }, [{ timestamp, value: 99 }])];
      const { monitoring } = monitoringWith(streams);

      expect((await read(monitoring, instance("a"))).readings.get(instanceId("a"))).toBe(20);
    },
  );

  it("says of what can't be that it is no percentage, and keeps the others", async () => {
    const { monitoring } = monitoringWith([stream("a", { 4: 130 }), stream("b", { 4: 30 })]);

    const { readings, warnings } = await read(monitoring, instance("a"), instance("b"));

    expect([...readings.values()]).toEqual(["not_a_number", 30]);
    expect(warnings).toEqual([
      "CpuUtilization of 1 member(s) is outside of 0–100 %, and no percentage",
    ]);
  });

  it("names the shortest window that works, where a member has nothing in a shorter one", async () => {
    const { monitoring } = monitoringWith([]);
    const warningsOver = async (windowMinutes: number) =>
      (await readOver(monitoring, { windowMinutes }, instance("a"))).warnings;

    expect(await warningsOver(2)).toEqual([
      "1 member(s) have no CpuUtilization in 2 minute(s), which may not be published yet; the shortest window that works is 3 minutes",
    ]);
    expect(await warningsOver(3)).toEqual([]);
  });

  const createdMinutesAgo = (minutes: number) => ({
    timeCreated: new Date(window.end.getTime() - minutes * 60_000).toISOString(),
  });

  it.each([
    [1, 1, "warming_up"],
    [2, 2, "warming_up"],
    [9, 2, "warming_up"],
    [11, 2, "no_data"],
  ])("asks of a silent member created %i minutes ago %i times: %s", async (age, times, reading) => {
    const { monitoring, queries } = monitoringWith([]);

    const { readings } = await read(monitoring, instance("new", createdMinutesAgo(age)));

    expect([...readings.values()]).toEqual([reading]);
    expect(queries).toHaveLength(times);
  });

  it("asks of nobody by its OCID who does not count yet", async () => {
    const young = Array.from({ length: 60 }, (_, index) =>
      instance(`new${index}`, createdMinutesAgo(5)),
    );
    const { monitoring, queries } = monitoringWith([], [stream("attached", { 0: 30, 4: 30 })]);

    const { readings, warnings } = await readOver(
      monitoring,
      { warmupMinutes: 10 },
      ...young,
      instance("attached"),
    );

    expect(readings.get(instanceId("attached"))).toBe(30);
    expect(warnings).toEqual([]);
    expect(queries).toHaveLength(2);
  });

  it("calls nobody new whose creation is no date", async () => {
    const old = await read(monitoringWith([]).monitoring, instance("a", { timeCreated: "soon" }));

    expect([...old.readings.values()]).toEqual(["no_data"]);
  });

  it("reads a new member whose metrics name no pool yet", async () => {
    const { monitoring } = monitoringWith([], [stream("new", { 3: 40, 4: 60 })]);

    const { readings } = await read(monitoring, instance("new", createdMinutesAgo(8)));

    expect([...readings.values()]).toEqual([50]);
  });

  it.each([
    ["two minutes after the window's beginning", { 2: 10, 3: 10, 4: 10 }, {}, 34],
    ["a minute after it, which may be its first interval's end", { 1: 10, 4: 10 }, {}, 10],
    ["in the first minutes that are published of it", { 2: 10, 4: 10 }, createdMinutesAgo(7), 10],
    ["later than those", { 3: 10, 4: 10 }, createdMinutesAgo(9), 34],
  ])("asks for a member by its OCID whose stream in the pool begins %s, or not", async (...row) => {
    const [, ofPool, age, reading] = row;
    const own = { 0: 70, 1: 70, 2: 10, 3: 10, 4: 10 };
    const { monitoring } = monitoringWith([stream("a", ofPool)], [stream("a", own)]);

    expect([...(await read(monitoring, instance("a", age))).readings.values()]).toEqual([reading]);
  });

  it("asks for few in vain whose streams begin late: after an outage, everybody's do", async () => {
    const all = Array.from({ length: 400 }, (_, index) => `n${index}`);
    const late = (value: number) => all.map((unique) => stream(unique, { 3: value, 4: value }));
    const vain = monitoringWith(late(10), late(10));
    const found = monitoringWith(late(10), late(50));

    const read10 = await read(vain.monitoring, ...all.map((unique) => instance(unique)));
    expect(new Set(read10.readings.values())).toEqual(new Set([10]));
    expect(read10.warnings).toEqual([]);
    expect(vain.queries).toHaveLength(1 + 5);

    const read50 = await read(found.monitoring, ...all.map((unique) => instance(unique)));
    expect(new Set(read50.readings.values())).toEqual(new Set([50]));
  });

  it.each([
    ["attached an hour ago", undefined, 20],
    ["created within the window, and attached later", 239, 20],
    ["silent for the first minutes of its life", 63, 80],
  ])("reads all of the window of a member that was %s", async (_, age, reading) => {
    const minutes = (from: number, to: number, value: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, index) => [from + index, value]));
    const ofPool = { ...minutes(-55, 5, 80) };
    const { monitoring } = monitoringWith(
      [stream("attached", ofPool)],
      [stream("attached", { ...minutes(-235, -55, 0), ...ofPool })],
    );

    const { readings } = await readOver(
      monitoring,
      { windowMinutes: 240 },
      instance("attached", age === undefined ? {} : createdMinutesAgo(age)),
    );

    expect(readings.get(instanceId("attached"))).toBeCloseTo(reading, -1);
  });

  it("counts nothing from before a member was created", async () => {
    const { monitoring } = monitoringWith([stream("a", { 0: 90, 1: 90, 2: 90, 3: 10, 4: 20 })]);

    const { readings } = await read(monitoring, instance("a", createdMinutesAgo(2)));

    expect([...readings.values()]).toEqual([15]);
  });

  it("weighs an interval by the samples that it holds", async () => {
    const at = (values: readonly (readonly [age: number, value: number])[]) => [
      stream("a", Object.fromEntries(values.map(([age, value]) => [5 - age, value]))),
    ];
    // Of a day in intervals of two minutes: a full one at 10 %, half a minute at 100 %, 4 minutes at 20 %.
    const answers = {
      "2m mean": at([
        [100, 10],
        [50, 100],
      ]),
      "2m count": at([
        [100, 12],
        [50, 3],
      ]),
      "1m mean": at([
        [1, 20],
        [2, 20],
        [3, 20],
        [4, 20],
      ]),
    };
    const monitoring: Reader = {
      summarizeMetricsData: async ({ query }) =>
        answers[query.replace(/.*\[(\w+)\].*\.(\w+)\(\)$/, "$1 $2") as keyof typeof answers],
    };
    const members = Array.from({ length: 70 }, (_, index) =>
      instance(index === 0 ? "a" : `n${index}`),
    );

    const { readings, resolutionSeconds } = await readOver(
      monitoring,
      { windowMinutes: 1440 },
      ...members,
    );

    expect(readings.get(instanceId("a"))).toBeCloseTo((120 + 300 + 24 * 20) / (12 + 3 + 24));
    expect(resolutionSeconds).toBe(60);
  });

  it.each(["old", "new"])(
    "puts the points of a member together that moved to another compartment, the %s last",
    async (last) => {
      const answers: Readonly<Record<string, readonly MetricStream[]>> = {
        old: [stream("moved", { 0: 90, 1: 90, 2: 90 }), stream("b", { 4: 1 })],
        new: [stream("moved", { 3: 10, 4: 10 })],
      };
      const monitoring: Reader = {
        summarizeMetricsData: async (query) => {
          if (query.compartmentId === last) await delay(10);
          return answers[query.compartmentId] ?? [];
        },
      };

      const { readings } = await read(
        monitoring,
        instance("moved", { compartmentId: "new" }),
        instance("b", { compartmentId: "old" }),
      );

      expect([...readings.values()]).toEqual([58, 1]);
    },
  );

  it("does not read a member by what another's query says of its past", async () => {
    const monitoring: Reader = {
      summarizeMetricsData: async (query) => {
        if (query.compartmentId === "new") throw new ThrottledError("slow down");
        return [stream("moved", { 0: 90, 1: 90, 2: 90 }), stream("b", { 4: 1 })];
      },
    };

    const { readings } = await read(
      monitoring,
      instance("moved", { compartmentId: "new" }),
      instance("b", { compartmentId: "old" }),
    );

    expect([...readings.values()]).toEqual(["query_failed", 1]);
  });

  it("lets a failed query cost only its own members their reading", async () => {
    const monitoring: Reader = {
      summarizeMetricsData: async (query) => {
        if (query.compartmentId === "other") throw new ThrottledError("slow down");
        return [stream("a", { 4: 10 })];
      },
    };

    const { readings, failures } = await read(
      monitoring,
      instance("a"),
      instance("b", { compartmentId: "other" }),
    );

    expect([...readings.values()]).toEqual([10, "query_failed"]);
    // One of either metric.
    expect(failures.map(({ code }) => code)).toEqual(["THROTTLED", "THROTTLED"]);
  });
});
