import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ThrottledError } from "../../../src/errors.ts";
import type { Instance } from "../../../src/instance-manager/instance-pool.ts";
import type { MetricStream, Monitoring } from "../../../src/oci-metrics/monitoring.ts";
import { toMetricsQuery } from "../../../src/oci-metrics/queries.ts";
import { readMetric } from "../../../src/oci-metrics/read-metric.ts";
import { compartmentId, instanceId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };

const instance = (unique: string, more: Partial<Instance> = {}): Instance => ({
  id: instanceId(unique),
  displayName: unique,
  compartmentId,
  state: "RUNNING",
  ...more,
});

/** A stream with a value at each of these minutes after 20:35. */
const stream = (unique: string, values: Readonly<Record<number, number | null>>): MetricStream => ({
  dimensions: { resourceId: instanceId(unique) },
  aggregatedDatapoints: Object.entries(values).map(([minute, value]) => ({
    timestamp: new Date(window.start.getTime() + Number(minute) * 60_000).toISOString(),
    value,
  })),
});

/** Monitoring that knows these streams by the pool, and those by OCID; it counts its calls. */
function monitoringWith(ofPool: readonly MetricStream[], single: readonly MetricStream[] = []) {
  const queries: string[] = [];
  const monitoring: Monitoring = {
    region: "us-ashburn-1",
    summarizeMetricsData: async ({ query }) => {
      queries.push(query);
      return query.includes("instancePoolId") ? ofPool : single;
    },
  };
  return { monitoring, queries };
}

const read = (monitoring: Monitoring, ...instances: readonly Instance[]) =>
  readMetric(
    (query) => monitoring.summarizeMetricsData(toMetricsQuery(query)),
    "CpuUtilization",
    instances,
    poolSpec(),
    window,
  );

describe("readMetric", () => {
  it("reads each member's own stream, and drops those of strangers and the dead", async () => {
    const { monitoring, queries } = monitoringWith([
      stream("a", { 3: 10, 4: 30 }),
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
    [1440, 26, 70],
    [1440, 27, "stale"],
    [121, 13, 70],
    [121, 14, "stale"],
    [60, 3, 70],
    [60, 4, "stale"],
  ])("reads over %i minutes a point %i minutes old as %s", async (windowMinutes, age, reading) => {
    const start = new Date(window.end.getTime() - windowMinutes * 60_000);
    const { monitoring } = monitoringWith([stream("a", { [5 - age]: 70 })]);

    const { readings } = await readMetric(
      (query) => monitoring.summarizeMetricsData(toMetricsQuery(query)),
      "CpuUtilization",
      [instance("a")],
      poolSpec({ windowMinutes }),
      { start, end: window.end },
    );

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
    const monitoring: Monitoring = {
      region: "us-ashburn-1",
      summarizeMetricsData: async ({ query }) => {
        if (query.includes("{resourceId =")) throw new ThrottledError("slow down");
        return [stream("a", { 4: 10 })];
      },
    };

    const { readings, failures } = await read(monitoring, instance("a"), instance("b"));

    expect([...readings.values()]).toEqual([10, "query_failed"]);
    expect(failures.map(({ code }) => code)).toEqual(["THROTTLED"]);
  });

  it.each([
    [{ 0: 50 }, "stale"],
    [{ 1: 50 }, "stale"],
    [{ 2: 50 }, 50],
    [{ 4: 50 }, 50],
    [{ 4: null }, "no_data"],
    [{}, "no_data"],
    [{ 4: 100.4 }, 100],
  ])("reads points at %j minutes into the window as %s", async (points, reading) => {
    const { monitoring } = monitoringWith([stream("a", points)]);

    expect((await read(monitoring, instance("a"))).readings.get(instanceId("a"))).toBe(reading);
  });

  it.each(["2026-11-23T20:34:00Z", "2026-11-23T20:41:00Z", "1795466400", "soon"])(
    "takes no point at %s, which is not in the window",
    async (timestamp) => {
      const { dimensions, aggregatedDatapoints } = stream("a", { 3: 10, 4: 30 });
      const points = [...aggregatedDatapoints, { timestamp, value: 99 }];
      const { monitoring } = monitoringWith([{ dimensions, aggregatedDatapoints: points }]);

      expect((await read(monitoring, instance("a"))).readings.get(instanceId("a"))).toBe(20);
    },
  );

  it("calls a new member warming up, and spares the service the question", async () => {
    const { monitoring, queries } = monitoringWith([]);
    const created = (minutes: number) =>
      new Date(window.end.getTime() - minutes * 60_000).toISOString();

    const { readings } = await read(monitoring, instance("new", { timeCreated: created(2) }));
    expect([...readings.values()]).toEqual(["warming_up"]);
    expect(queries).toHaveLength(1);

    for (const timeCreated of [created(11), "yesterday"]) {
      const old = await read(monitoring, instance("old", { timeCreated }));
      expect([...old.readings.values()]).toEqual(["no_data"]);
    }
  });

  it.each(["old", "new"])(
    "puts the points of a member together that moved to another compartment, the %s last",
    async (last) => {
      const answers: Readonly<Record<string, readonly MetricStream[]>> = {
        old: [stream("moved", { 0: 90, 1: 90, 2: 90 }), stream("b", { 4: 1 })],
        new: [stream("moved", { 3: 10, 4: 10 })],
      };
      const monitoring: Monitoring = {
        region: "us-ashburn-1",
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
    const monitoring: Monitoring = {
      region: "us-ashburn-1",
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
    const monitoring: Monitoring = {
      region: "us-ashburn-1",
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
    expect(failures.map(({ code }) => code)).toEqual(["THROTTLED"]);
  });
});
