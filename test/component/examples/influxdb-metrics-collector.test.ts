import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InfluxDBClient } from "../../../examples/adding-a-metrics-source/influxdb-client.ts";
import { InfluxDBMetricsCollector } from "../../../examples/adding-a-metrics-source/influxdb-metrics-collector.ts";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import { type Member, measureWith, poolOf } from "../../contract/metrics-collector-contract.ts";
import { InfluxDB } from "../../support/influxdb.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const now = () => new Date();

/** Fields of samples that are half a minute apart; the newest was so many seconds ago. */
function samplesOf(series: string, fields: readonly string[], ageSeconds = 0): readonly string[] {
  const newest = Math.floor(Date.now() / 1000) - ageSeconds;
  return fields.map((text, index) => `${series} ${text} ${newest - 30 * index}`);
}

function cpuOf(host: string, busy: readonly number[], ageSeconds?: number): readonly string[] {
  const fields = busy.map((percent) => `usage_idle=${100 - percent},usage_iowait=0`);
  return samplesOf(`cpu,cpu=cpu-total,host=${host}`, fields, ageSeconds);
}

describe("the example of a metrics source, on a real InfluxDB", () => {
  let server: InfluxDB;
  let databases = 0;
  beforeAll(async () => {
    server = await InfluxDB.start();
  });
  afterAll(() => server.kill());

  /** A pool of which these lines were written. */
  async function measure(
    lines: readonly string[],
    names: readonly string[] = ["web-1"],
    settings: PoolSettings = {},
    timeCreated?: string,
  ) {
    databases += 1;
    await server.createDatabase(`telegraf${databases}`, lines);
    const members = names.map((displayName, index): Member => {
      const born = timeCreated === undefined ? {} : { timeCreated };
      return { unique: `${index}`, displayName, cpu: null, memory: null, ...born };
    });
    const directory = { getInstancesFromInstancePool: async () => poolOf(members) };
    const client = new InfluxDBClient(`${server.url}/query?db=telegraf${databases}`, now);
    const collector = new InfluxDBMetricsCollector(directory, client, now);
    return measureWith(collector, poolSpec(settings));
  }

  const reasonsOf = async (measured: ReturnType<typeof measure>) => {
    const { instances } = await measured;
    return instances?.missing.filter(({ metrics }) => metrics.includes("cpu"))[0]?.reason;
  };

  it("takes stolen time for busy, and waiting for I/O for idle", async () => {
    const fields = ["usage_idle=60,usage_iowait=10,usage_steal=20"];
    const lines = samplesOf("cpu,cpu=cpu-total,host=web-1", [...fields, ...fields]);

    expect((await measure(lines)).cpu.average).toBe(30);
  });

  it.each([
    ["mean", 25],
    ["max", 70],
    ["min", 0],
    ["p50", 10],
    ["p90", 70],
  ] as const)("has the %s of all samples", async (statistic, expected) => {
    const { cpu } = await measure(cpuOf("web-1", [10, 70, 20, 0]), ["web-1"], { statistic });

    expect(cpu.average).toBe(expected);
  });

  it("calls a member stale whose newest sample is older than two and a half intervals", async () => {
    expect(await reasonsOf(measure(cpuOf("web-1", [10, 10, 10], 90)))).toBe("stale");
  });

  it("has no reading of one sample, and waits for another of a new member", async () => {
    const lines = cpuOf("web-1", [10]);
    const created = new Date(Date.now() - 60_000).toISOString();

    expect(await reasonsOf(measure(lines))).toBe("no_data");
    expect(await reasonsOf(measure(lines, ["web-1"], {}, created))).toBe("warming_up");
  });

  it.each([
    ["below 0", [-20, 60, 20]],
    ["over 100 %", [250, 0, 0]],
  ])("makes no mean of samples %s", async (_, busy) => {
    expect(await reasonsOf(measure(cpuOf("web-1", busy)))).toBe("not_a_number");
  });

  it("has no reading of samples that lack a field", async () => {
    const lines = samplesOf("cpu,cpu=cpu-total,host=web-1", ["usage_idle=60", "usage_idle=60"]);

    expect(await reasonsOf(measure(lines))).toBe("no_data");
  });

  it("tells no two members apart that have one name, nor two hosts", async () => {
    const tagged = ["a", "b"].flatMap((dc) => cpuOf(`web-1,dc=${dc}`, [10, 10]));

    expect(await reasonsOf(measure(tagged))).toBe("unresolved_host");
    expect(await reasonsOf(measure(cpuOf("web-1", [10, 10]), ["web-1", "web-1"]))).toBe(
      "unresolved_host",
    );
  });

  it("keeps memory where the query for CPU fails", async () => {
    const result = await measure([
      ...samplesOf("cpu,cpu=cpu-total,host=web-1", ['usage_idle="high",usage_iowait=0']),
      ...samplesOf("mem,host=web-1", ["available_percent=60", "available_percent=60"]),
    ]);

    expect(result).toMatchObject({
      status: "partial",
      cpu: { average: null },
      memory: { average: 40 },
      instances: { missing: [{ metrics: ["cpu"], reason: "query_failed" }] },
      warnings: [expect.stringContaining("incompatible types")],
    });
  });
});
