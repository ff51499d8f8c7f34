import { describe, expect, it } from "vitest";
import { OCIMetricsCollector } from "../../../src/collectors/oci-metrics-collector.ts";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import { PoolNotFoundError } from "../../../src/errors.ts";
import { Diagnosis } from "../../../src/health/diagnosis.ts";
import { examineReadings } from "../../../src/health/examine-readings.ts";
import { type MetricStream, toStream } from "../../../src/oci/answers.ts";
import type { MetricsQuery } from "../../../src/oci/calls.ts";
import type { InstanceMetrics } from "../../../src/result/pool-metrics.ts";
import type { InstanceReadings } from "../../../src/result/reading.ts";
import { idleCollectors } from "../../support/collectors.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const member = (unique: string) => ({
  id: instanceId(unique),
  displayName: `inst-${unique}`,
  compartmentId,
  state: "RUNNING",
  timeCreated: "2026-01-01T00:00:00Z",
});
const now = new Date("2026-11-23T20:40:30Z");
const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };

/** What the doctor says of members with these readings, step by step. */
async function findings(
  byMember: Readonly<Record<string, InstanceReadings>>,
  more: Partial<InstanceMetrics> = {},
  settings: PoolSettings = {},
) {
  const running = Object.keys(byMember).map(member);
  const readings = Object.entries(byMember).map(
    ([unique, all]) => [instanceId(unique), all] as const,
  );
  const metrics = {
    window,
    resolutionSeconds: 60,
    readings: new Map(readings),
    warnings: [],
    failures: [],
    ...more,
  };
  const pool = { id: poolId, name: "web", instances: running };
  const measured = { pool, counted: running, excluded: [], metrics };
  const diagnosis = new Diagnosis(anInvocation());
  const spec = poolSpec(settings);
  const collector = idleCollectors[spec.source];
  await examineReadings(spec, measured, collector, anInvocation(), diagnosis);
  return diagnosis.findings.filter(({ step }) => ["matching", "readings"].includes(step));
}

const well = { cpu: 40, memory: 60 };

describe("examineReadings", () => {
  it.each(["oci", "prometheus"] as const)(
    "names the metric that nobody reports on %s, of a pool that is measured all the same",
    async (source) => {
      const onlyCpu = { cpu: 40, memory: "no_data" } as const;

      expect(await findings({ a: onlyCpu, b: onlyCpu }, {}, { source })).toEqual([
        {
          step: "matching",
          status: "warning",
          message: expect.stringMatching(
            /^For memory, 2 of 2 running member\(s\) \(inst-a, inst-b\) have no (stream|series)/,
          ),
          hint: expect.stringMatching(
            /^Update Oracle Cloud Agent|^Enable the exporter's collectors/,
          ),
        },
        {
          step: "readings",
          status: "ok",
          message: "CPU 40 %, memory unknown; 0 of 2 running member(s) reported both.",
        },
      ]);
    },
  );

  it("tells what a member misses for one reason from what it misses for another", async () => {
    const [first, second, third] = await findings({
      a: { cpu: "not_a_number", memory: "stale" },
      b: { cpu: "stale", memory: "stale" },
      c: well,
    });

    expect([first, second, third].map((finding) => finding?.message)).toEqual([
      "All 3 running member(s) were found.",
      expect.stringMatching(
        /^For CPU, 1 of 3 running member\(s\) \(inst-a\) have readings that are/,
      ),
      expect.stringMatching(/^For memory, 1 of 3 running member\(s\) \(inst-a\) have .* stopped/),
    ]);
  });

  it("fails whatever is in the way of a pool of which nobody reports", async () => {
    const silent = { cpu: "no_data", memory: "no_data" } as const;
    const stopped = { cpu: "stale", memory: "stale" } as const;

    const found = await findings({ a: silent, b: stopped });

    expect(found.map(({ step, status, code }) => [step, status, code])).toEqual([
      ["matching", "failed", "NO_DATA"],
      ["readings", "failed", undefined],
      ["readings", "failed", "NO_DATA"],
    ]);
  });

  it("says what the source itself knows of a member, and not of others with the same reason", async () => {
    const silent = { cpu: 40, memory: "no_data" } as const;
    const step = "readings" as const;
    const known = { step, says: "no gauge of memory that is kept", hint: "Keep it." };
    const explanations = new Map([[instanceId("a"), { memory: known }]]);

    const found = await findings({ a: silent, b: silent }, { explanations });

    expect(found.map(({ message }) => message)).toEqual([
      "For memory, 1 of 2 running member(s) (inst-b) have no stream in OCI Monitoring, though older than ten minutes.",
      "For memory, 1 of 2 running member(s) (inst-a) have no gauge of memory that is kept.",
      expect.stringContaining("CPU 40 %"),
    ]);
  });

  it("does not call found those whose query failed", async () => {
    const refused = { cpu: "query_failed", memory: "query_failed" } as const;
    const failures = [new PoolNotFoundError("OCI answered 404.")];

    const found = await findings({ a: well, b: refused }, { failures });

    expect(found.filter(({ step }) => step === "matching")).toMatchObject([
      {
        status: "warning",
        message: "1 of 2 running member(s) (inst-b) have a query that failed.",
      },
    ]);
  });
});

/** A point at each interval of the query in which somebody reported, every minute until then. */
function reportedUntil(newest: Date, query: MetricsQuery, unique: string): MetricStream {
  const stepMs = Number.parseInt(query.resolution, 10) * 60_000;
  const points = [];
  for (let time = query.startTime.getTime(); time <= newest.getTime(); time += stepMs) {
    points.push({ timestamp: new Date(time).toISOString(), value: 40 });
  }
  return toStream({ resourceId: instanceId(unique) }, points);
}

describe("a member that OCI Monitoring has nothing of in the window", () => {
  it.each([
    [1, 2, "too few readings in 1 minute"],
    [1, 3, "too few readings in 1 minute"],
    [1, 7, "they have stopped reporting"],
    [5, 7, "they have stopped reporting"],
    [5, 9, "they have stopped reporting"],
    [5, 170, "they have stopped reporting"],
    [5, 200, "no stream"],
  ])(
    "of %i minute(s), and whose newest point is %i minutes old: %s",
    async (windowMinutes, age, says) => {
      const newest = new Date(window.end.getTime() - age * 60_000);
      const instances = [member("a")];
      const collector = new OCIMetricsCollector(
        {
          getInstancesFromInstancePool: async () => ({ id: poolId, name: "web", instances }),
          describe: async () => ({ compartmentId }),
        },
        async () => ({
          connect: () => {},
          summarizeMetricsData: async (query) => [reportedUntil(newest, query, "a")],
        }),
        () => now,
      );
      const spec = poolSpec({ windowMinutes });
      const diagnosis = new Diagnosis(anInvocation());

      const measured = await collector.getMetrics(spec, anInvocation());
      await examineReadings(spec, measured, collector, anInvocation(), diagnosis);

      expect(diagnosis.findings.map(({ message }) => message)).toContainEqual(
        expect.stringContaining(says),
      );
    },
  );
});
