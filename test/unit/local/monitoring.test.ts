import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { listInstancePoolInstances } from "../../../local/oci-emulator/compute.ts";
import { summarizeMetricsData } from "../../../local/oci-emulator/monitoring.ts";
import {
  during,
  type EmulatedInstance,
  type EmulatedTenancy,
  type MetricStream,
  steady,
  tenancyId,
  wavering,
} from "../../../local/oci-emulator/tenancy.ts";

const poolId = "ocid1.instancepool.oc1.iad.aaaaaaaapool";
const compartmentId = "ocid1.compartment.oc1..aaaaaaaacompartment";
const elsewhereId = "ocid1.compartment.oc1..aaaaaaaaelsewhere";
const now = new Date("2026-11-23T20:40:00.000Z");

/** 0, 1, 2, 3, 4, 5 in every minute. */
const counting: MetricStream = () => [0, 1, 2, 3, 4, 5];

function instance(name: string, rest: Partial<EmulatedInstance> = {}): EmulatedInstance {
  const id = `ocid1.instance.oc1.iad.aaaaaaaa${name}`;
  return { id, displayName: name, state: "Running", ...rest };
}

function tenancyOf(...instances: readonly EmulatedInstance[]): EmulatedTenancy {
  return { pools: [{ id: poolId, displayName: "web", compartmentId, instances }] };
}

const placed = v.object({
  id: v.string(),
  availabilityDomain: v.string(),
  faultDomain: v.string(),
});

function domainsOf({ availabilityDomain, faultDomain }: v.InferOutput<typeof placed>): string {
  return `availabilityDomain = "${availabilityDomain}", faultDomain = "${faultDomain}"`;
}

interface Options {
  readonly query?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly compartment?: string;
  readonly inSubtree?: boolean;
}

function ask(tenancy: EmulatedTenancy, options: Options = {}) {
  const { query = "CpuUtilization[1m].mean()", compartment = compartmentId } = options;
  const parameters = new URLSearchParams({ compartmentId: compartment });
  if (options.inSubtree) parameters.set("compartmentIdInSubtree", "true");
  const details = {
    namespace: "oci_computeagent",
    query,
    startTime: "2026-11-23T20:35:00.000Z",
    endTime: "2026-11-23T20:37:00.000Z",
    resolution: "1m",
    ...options.body,
  };
  return summarizeMetricsData(tenancy, parameters, details, now);
}

function valuesOf(tenancy: EmulatedTenancy, options: Options = {}): readonly (readonly number[])[] {
  return ask(tenancy, options).map((row) => row.aggregatedDatapoints.map(({ value }) => value));
}

function timesOf(tenancy: EmulatedTenancy, options: Options): readonly string[] {
  const [row] = ask(tenancy, options);
  return (row?.aggregatedDatapoints ?? []).map(({ timestamp }) => timestamp.slice(11));
}

describe("summarizeMetricsData", () => {
  it("answers a stream with its eight dimensions in the service's shape", () => {
    const answer = ask(tenancyOf(instance("a", { cpu: steady(40) })));

    expect(answer).toEqual([
      {
        namespace: "oci_computeagent",
        resourceGroup: null,
        compartmentId,
        name: "CpuUtilization",
        dimensions: {
          availabilityDomain: expect.stringMatching(/:US-ASHBURN-AD-1$/),
          faultDomain: "FAULT-DOMAIN-1",
          imageId: expect.stringMatching(/^ocid1\.image\./),
          instancePoolId: poolId,
          region: "us-ashburn-1",
          resourceDisplayName: "a",
          resourceId: "ocid1.instance.oc1.iad.aaaaaaaaa",
          shape: expect.any(String),
        },
        metadata: { displayName: "CPU Utilization", unit: "percent" },
        resolution: null,
        aggregatedDatapoints: [
          { timestamp: "2026-11-23T20:35:00.000Z", value: 40 },
          { timestamp: "2026-11-23T20:36:00.000Z", value: 40 },
        ],
      },
    ]);
  });

  it.each([
    ["mean()", 2.5],
    ["avg()", 2.5],
    ["sum()", 15],
    ["count()", 6],
    ["min()", 0],
    ["max()", 5],
    ["first()", 0],
    ["last()", 5],
    ["increment()", 5],
    ["rate()", 5 / 60],
    ["percentile(0.5)", 2.5],
    ["absent()", 0],
  ])("computes %s over the raw samples", (statistic, expected) => {
    const tenancy = tenancyOf(instance("a", { cpu: counting }));
    expect(valuesOf(tenancy, { query: `CpuUtilization[1m].${statistic}` })).toEqual([
      [expected, expected],
    ]);
  });

  it("says nothing of instances that emit nothing, and never 0", () => {
    const gap: MetricStream = (minute) => (minute.getUTCMinutes() === 35 ? [] : [7]);
    const tenancy = tenancyOf(
      instance("stopped", { state: "Stopped" }),
      instance("silent", { cpu: () => [] }),
      instance("gap", { cpu: gap }),
    );
    expect(valuesOf(tenancy)).toEqual([[7]]);
    expect(valuesOf(tenancy, { query: "MemoryUtilization[1m].mean()" })).toEqual([]);
  });

  it("aligns points to the first whole minute of the request", () => {
    const tenancy = tenancyOf(instance("a", { cpu: steady(1) }));
    const range = { startTime: "2026-11-23T20:16:13Z", endTime: "2026-11-23T20:27:07Z" };

    const fives = timesOf(tenancy, {
      query: "CpuUtilization[5m].mean()",
      body: { ...range, resolution: "5m" },
    });
    const ones = timesOf(tenancy, { body: range });

    expect(fives).toEqual(["20:17:00.000Z", "20:22:00.000Z", "20:27:00.000Z"]);
    expect([ones[0], ones.at(-1), ones.length]).toEqual(["20:17:00.000Z", "20:27:00.000Z", 11]);
  });

  it("takes a start for included and an end for excluded", () => {
    const tenancy = tenancyOf(instance("a", { cpu: steady(1) }));
    expect(timesOf(tenancy, {})).toEqual(["20:35:00.000Z", "20:36:00.000Z"]);
  });

  it("has no sample newer than now", () => {
    const tenancy = tenancyOf(instance("a", { cpu: counting }));
    const body = { startTime: "2026-11-23T20:39:00Z", endTime: "2026-11-23T20:50:00Z" };

    expect(valuesOf(tenancy, { query: "CpuUtilization[1m].count()", body })).toEqual([[6, 1]]);
  });

  it("looks back three hours at every minute when it is told nothing else", () => {
    const tenancy = tenancyOf(instance("a", { cpu: steady(1) }));
    const body = { startTime: undefined, endTime: null, resolution: null, resourceGroup: null };
    expect(timesOf(tenancy, { query: "CpuUtilization[5m].mean()", body })).toHaveLength(180);
  });

  it("rolls an interval that is longer than the resolution", () => {
    const byMinute: MetricStream = (minute) => [minute.getUTCMinutes()];
    const tenancy = tenancyOf(instance("a", { cpu: byMinute }));
    expect(valuesOf(tenancy, { query: "CpuUtilization[2m].sum()" })).toEqual([[35 + 36, 36]]);
  });

  it("groups over all raw samples, and keeps only the dimensions grouped by", () => {
    const tenancy = tenancyOf(
      instance("a", { cpu: () => [10, 10, 10] }),
      instance("b", { cpu: () => [50] }),
    );
    const all = ask(tenancy, { query: "CpuUtilization[1m].grouping().mean()" });
    const each = ask(tenancy, { query: "CpuUtilization[1m].groupBy(resourceId).mean()" });

    expect(all.map(({ dimensions }) => dimensions)).toEqual([{}]);
    expect(all[0]?.aggregatedDatapoints[0]?.value).toBe(20);
    expect(each.map(({ dimensions }) => Object.keys(dimensions))).toEqual([
      ["resourceId"],
      ["resourceId"],
    ]);
  });

  it("has two streams of an instance that was renamed, and merges them when grouped", () => {
    const renamed = new Date("2026-11-23T20:36:00Z");
    const tenancy = tenancyOf(
      instance("new", {
        cpu: during(steady(30), { from: renamed }),
        former: [{ displayName: "old", cpu: during(steady(10), { to: renamed }) }],
      }),
    );
    const each = ask(tenancy);
    const grouped = { query: "CpuUtilization[1m].groupBy(resourceId).mean()" };

    expect(each.map(({ dimensions }) => dimensions["resourceDisplayName"])).toEqual(["old", "new"]);
    expect(new Set(each.map(({ dimensions }) => dimensions["resourceId"])).size).toBe(1);
    expect(valuesOf(tenancy)).toEqual([[10], [30]]);
    expect(valuesOf(tenancy, grouped)).toEqual([[10, 30]]);
  });

  it("knows the pool that an instance was in when it emitted", () => {
    const attached = new Date("2026-11-23T20:36:00Z");
    const tenancy = tenancyOf(
      instance("a", {
        cpu: during(steady(30), { from: attached }),
        former: [
          { instancePoolDimension: "Default", cpu: during(steady(10), { to: attached }) },
          { displayName: "silent" },
        ],
      }),
    );
    const ofPool = (pool: string) =>
      valuesOf(tenancy, { query: `CpuUtilization[1m]{instancePoolId = "${pool}"}.mean()` });

    expect([ofPool(poolId), ofPool("Default")]).toEqual([[[30]], [[10]]]);
  });

  it("places an instance where the list of its pool's members places it", () => {
    const members = Array.from({ length: 10 }, (_, index) =>
      instance(`i${index}`, { cpu: steady(index) }),
    );
    const tenancy = tenancyOf(...members);
    const listed = listInstancePoolInstances(
      tenancy,
      poolId,
      new URLSearchParams({ compartmentId }),
    );
    const summaries = v.parse(v.array(placed), listed.items);
    const domains = new Map(summaries.map((summary) => [domainsOf(summary), summary]));

    const found = [...domains].map(([filter, domain]) => {
      const answer = ask(tenancy, { query: `CpuUtilization[1m]{${filter}}.mean()` });
      const ids = summaries
        .filter((summary) => domainsOf(summary) === domainsOf(domain))
        .map(({ id }) => id);
      return [answer.map(({ dimensions }) => dimensions["resourceId"]), ids];
    });

    expect(found).toHaveLength(9);
    for (const [answered, ids] of found) expect(answered).toEqual(ids);
  });

  it.each([
    ['resourceDisplayName = "web-1"', ["web-1"]],
    ['resourceDisplayName = "web-*"', []],
    ['resourceDisplayName =~ "web-*"', ["web-1", "web-12"]],
    ['resourceDisplayName =~ "*-1|db"', ["web-1", "db"]],
    ['resourceDisplayName =~ "w*b*2"', ["web-12"]],
    ['resourceDisplayName =~ "web-.*"', []],
    ['resourceDisplayName =~ "*", shape = "other"', []],
    ['instancePoolId = "Default"', ["db"]],
    ['noSuchDimension = "x"', []],
  ])("filters by {%s}", (filter, names) => {
    const tenancy = tenancyOf(
      instance("web-1", { cpu: steady(1) }),
      instance("web-12", { cpu: steady(1) }),
      instance("db", { cpu: steady(1), instancePoolDimension: "Default" }),
    );
    const answer = ask(tenancy, { query: `CpuUtilization[1m]{${filter}}.mean()` });
    expect(answer.map(({ dimensions }) => dimensions["resourceDisplayName"])).toEqual(names);
  });

  it("answers 1.0 for each point that a predicate holds of", () => {
    const rising: MetricStream = (minute) => [minute.getUTCMinutes()];
    const tenancy = tenancyOf(instance("a", { cpu: rising }), instance("b", { cpu: steady(1) }));
    expect(valuesOf(tenancy, { query: "CpuUtilization[1m].mean() >= 36" })).toEqual([[1]]);
  });

  it("notices an absence for two hours, or as long as it is told", () => {
    const untilTwelve: MetricStream = (minute) => (minute.getUTCHours() < 12 ? [1] : []);
    const tenancy = tenancyOf(instance("a", { cpu: untilTwelve }));

    expect(valuesOf(tenancy, { query: "CpuUtilization[1m].absent()" })).toEqual([]);
    expect(valuesOf(tenancy, { query: "CpuUtilization[1m].absent(20)" })).toEqual([[1, 1]]);
  });

  it("looks for instances where they are, not where their pool is", () => {
    const tenancy = tenancyOf(
      instance("here", { cpu: steady(1) }),
      instance("moved", { cpu: steady(2), compartmentId: elsewhereId }),
    );
    expect(valuesOf(tenancy)).toEqual([[1, 1]]);
    expect(valuesOf(tenancy, { compartment: elsewhereId })).toEqual([[2, 2]]);
    expect(valuesOf(tenancy, { compartment: tenancyId })).toEqual([]);
    expect(valuesOf(tenancy, { compartment: tenancyId, inSubtree: true })).toHaveLength(2);
  });

  it("knows no metrics but the agent's", () => {
    const tenancy = tenancyOf(instance("a", { cpu: steady(1) }));
    expect(ask(tenancy, { body: { namespace: "oci_vcn" } })).toEqual([]);
    expect(ask(tenancy, { body: { resourceGroup: "group" } })).toEqual([]);
    expect(ask(tenancy, { query: "DiskBytesRead[1m].mean()" })).toEqual([]);
  });

  it.each<[string, Options, string]>([
    ["no namespace", { body: { namespace: undefined } }, "MissingParameter"],
    ["no query", { body: { query: undefined } }, "MissingParameter"],
    ["no compartment", { compartment: "" }, "MissingParameter"],
    ["an unknown key", { body: { start: "x" } }, "InvalidParameter"],
    ["a query that does not parse", { query: "CpuUtilization.mean()" }, "InvalidParameter"],
    ["a start that is no time", { body: { startTime: "yesterday" } }, "InvalidParameter"],
    ["a start after the end", { body: { startTime: "2026-11-23T20:38:00Z" } }, "InvalidParameter"],
    ["a resolution over the interval", { body: { resolution: "5m" } }, "InvalidParameter"],
    ["an unknown resolution", { body: { resolution: "30s" } }, "InvalidParameter"],
    ["a subtree of a compartment", { inSubtree: true }, "InvalidParameter"],
  ])("refuses %s", (_, options, code) => {
    const tenancy = tenancyOf(instance("a", { cpu: steady(1) }));
    expect(() => ask(tenancy, options)).toThrow(expect.objectContaining({ status: 400, code }));
  });

  it.each([
    ["1m", "2026-11-16T20:39:00Z"],
    ["5m", "2026-10-24T20:39:00Z"],
    ["1h", "2026-08-25T20:39:00Z"],
  ])("refuses a start too long ago for a resolution of %s", (resolution, startTime) => {
    const query = "CpuUtilization[1h].mean()";
    const tooOld = { query, body: { resolution, startTime } };
    const oldest = new Date(Date.parse(startTime) + 60_000).toISOString();

    expect(() => ask(tenancyOf(), tooOld)).toThrow(expect.objectContaining({ status: 400 }));
    expect(ask(tenancyOf(), { query, body: { resolution, startTime: oldest } })).toEqual([]);
  });

  it("refuses to answer more than 2,000 streams", () => {
    const members = (count: number) =>
      Array.from({ length: count }, (_, index) => instance(`i${index}`, { cpu: steady(1) }));

    expect(ask(tenancyOf(...members(2_000)))).toHaveLength(2_000);
    expect(() => ask(tenancyOf(...members(2_001)))).toThrow("Exceeded maximum metric streams");
  });

  it("counts the streams that are left by the filters and the grouping", () => {
    const members = Array.from({ length: 2_001 }, (_, index) =>
      instance(`i${index}`, { cpu: steady(1) }),
    );
    const countOf = (query: string) => ask(tenancyOf(...members), { query }).length;

    expect(countOf('CpuUtilization[1m]{faultDomain = "FAULT-DOMAIN-1"}.mean()')).toBe(669);
    expect(countOf("CpuUtilization[1m].groupBy(faultDomain).mean()")).toBe(3);
    expect(() => countOf("CpuUtilization[1m].groupBy(resourceId).mean()")).toThrow(
      "Exceeded maximum metric streams",
    );
  });

  it("takes a list of instances, however long", () => {
    const members = Array.from({ length: 30 }, (_, index) =>
      instance(`i${index}`, { cpu: steady(index) }),
    );
    const ids = members.slice(5).map(({ id }) => id);
    const query = `CpuUtilization[1m]{resourceId =~ "${ids.join("|")}"}.groupBy(resourceId).mean()`;

    const answer = ask(tenancyOf(...members), { query });

    expect(answer.map(({ dimensions }) => dimensions["resourceId"])).toEqual(ids);
  });

  it("refuses to answer more than 100,000 data points", () => {
    const members = Array.from({ length: 11 }, (_, index) =>
      instance(`i${index}`, { cpu: () => [1] }),
    );
    const body = { startTime: "2026-11-16T20:40:00Z", endTime: "2026-11-23T20:40:00Z" };

    expect(() => ask(tenancyOf(...members), { body })).toThrow("Exceeded maximum data points");
  });

  it("tells a compartment that nobody has from one without data", () => {
    const stranger = { compartment: "ocid1.compartment.oc1..aaaaaaaastranger" };
    expect(() => ask(tenancyOf(), stranger)).toThrow(
      expect.objectContaining({ status: 404, code: "NotAuthorizedOrNotFound" }),
    );
  });
});

describe("during", () => {
  it("has the minutes from its first to the one before its last", () => {
    const minute = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
    const lengths = (stream: MetricStream) => [-1, 0, 1, 2].map((at) => stream(minute(at)).length);

    expect(lengths(during(steady(1), { from: minute(0), to: minute(2) }))).toEqual([0, 6, 6, 0]);
    expect(lengths(during(steady(1), { from: minute(1) }))).toEqual([0, 0, 6, 6]);
    expect(lengths(during(steady(1), { to: minute(1) }))).toEqual([6, 6, 0, 0]);
  });
});

describe("wavering", () => {
  it("has the same samples for the same minute, within its amplitude", () => {
    const stream = wavering(50, 20);

    expect(stream(now)).toEqual(stream(now));
    expect(stream(now)).toHaveLength(6);
    expect(new Set(stream(now)).size).toBeGreaterThan(1);
    for (const sample of stream(now)) expect(Math.abs(sample - 50)).toBeLessThanOrEqual(20);
  });
});
