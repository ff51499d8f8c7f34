import fc from "fast-check";
import { expect, it } from "vitest";
import { summarizeMetricsData } from "../../../local/oci-emulator/monitoring.ts";
import type { EmulatedInstance, MetricStream } from "../../../local/oci-emulator/tenancy.ts";
import type { PoolSpec, Statistic } from "../../../src/config/pool-spec.ts";
import { toStream } from "../../../src/oci/answers.ts";
import type { Monitoring } from "../../../src/oci/calls.ts";
import { partsOf } from "../../../src/oci-metrics/queries.ts";
import { readMembers } from "../../../src/oci-metrics/read-metric.ts";
import { metricsBatch } from "../../support/metrics-batch.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const now = new Date("2026-11-23T20:40:30Z");
const end = new Date("2026-11-23T20:40:00Z");
const minutesAgo = (age: number) => new Date(end.getTime() - age * 60_000);
/** How many points a reading may be off: an interval of a long window may hold the attachment. */
const tolerance = 2;

/** Loads that follow each other, from the newest on, and begin again at the end; undefined is silence. */
const load = fc.record({
  minutes: fc.integer({ min: 1, max: 400 }),
  percent: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  isBursty: fc.boolean(),
});
const share = (max: number) =>
  fc.option(
    fc.integer({ min: 0, max: 1_000 * max }).map((part) => part / 1_000),
    { nil: undefined, freq: 2 },
  );
const member = fc.record({
  loads: fc.array(load, { minLength: 1, maxLength: 6 }),
  /** How many newest minutes are not published yet. */
  unpublished: fc.integer({ min: 0, max: 4 }),
  /** As a share of the window, back from its end. */
  created: share(1.5),
  attached: share(1.2),
});
type Member = typeof member extends fc.Arbitrary<infer M> ? M : never;

/** The samples of each minute by its age. */
const samplesOf =
  ({ loads, unpublished, created = 9 }: Member, windowMinutes: number) =>
  (age: number): readonly number[] => {
    if (age < unpublished || age > Math.round(created * windowMinutes)) return [];
    let left = age % loads.reduce((sum, { minutes }) => sum + minutes, 0);
    for (const { minutes, percent, isBursty } of loads) {
      left -= minutes;
      if (left >= 0) continue;
      if (percent === undefined) return [];
      return [percent, percent, percent, percent, percent, isBursty ? 100 - percent : percent];
    }
    return [];
  };

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function truthOf(one: Member, { windowMinutes, statistic }: PoolSpec): number | "stale" | "none" {
  const of = samplesOf(one, windowMinutes);
  const minutes = Array.from({ length: windowMinutes }, (_, index) => of(index + 1));
  const samples = minutes.flat();
  if (samples.length === 0) return "none";
  if (minutes.slice(0, 3).flat().length === 0) return "stale";
  if (statistic === "mean") return mean(samples);
  return statistic === "max" ? Math.max(...samples) : Math.min(...samples);
}

/** Before it was attached, its metrics named no pool. */
function emulated(one: Member, unique: string, { windowMinutes }: PoolSpec): EmulatedInstance {
  const { attached = 9, created } = one;
  const attachedAt = Math.round(attached * windowMinutes);
  const of = samplesOf(one, windowMinutes);
  const where =
    (isIn: (age: number) => boolean): MetricStream =>
    (minute) => {
      const age = (end.getTime() - minute.getTime()) / 60_000;
      return isIn(age) ? of(age) : [];
    };
  const [own, before] = [where((age) => age <= attachedAt), where((age) => age > attachedAt)];
  const timeCreated = created && minutesAgo(Math.round(created * windowMinutes)).toISOString();
  return {
    id: instanceId(unique),
    displayName: unique,
    state: "Running",
    ...(timeCreated ? { timeCreated } : {}),
    ...{ cpu: own, memory: own },
    former: [{ instancePoolDimension: "Default", cpu: before, memory: before }],
  };
}

/** Whether the first minutes that the pool's metrics lack are too few, or too young, to be asked for again. */
function isUnseen({ attached, created = 9 }: Member, spec: PoolSpec, interval: number): boolean {
  if (attached === undefined) return false;
  const [attachedAt, createdAt] = [attached, created].map((at) => at * spec.windowMinutes);
  const from = Math.min(spec.windowMinutes, (createdAt ?? 0) - 5);
  return (attachedAt ?? 0) > from - interval - 1;
}

it("reads whatever members did as what they did", async () => {
  const statistics = fc.constantFrom<Statistic>("mean", "max", "min");
  const windows = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 1440 }));
  const sizes = fc.constantFrom(4, 80, 700, 1_900);
  const read = async (all: readonly Member[], spec: PoolSpec, size: number) => {
    const instances = all.map((one, index) => emulated(one, `n${index}`, spec));
    const tenancy = { pools: [{ id: poolId, displayName: "web", compartmentId, instances }] };
    const ask: Monitoring["summarizeMetricsData"] = async ({ pools: _, ...query }) => {
      const parameters = new URLSearchParams({ compartmentId: query.compartmentId });
      const { compartmentId: __, ...details } = JSON.parse(JSON.stringify(query));
      return summarizeMetricsData(tenancy, parameters, details, now).map((stream) =>
        toStream(stream.dimensions, stream.aggregatedDatapoints),
      );
    };
    const batch = metricsBatch(ask, [spec], { lastSeen: () => [[compartmentId, size]] });
    const members = instances.map((one) => ({ ...one, compartmentId, state: "RUNNING" }));
    return readMembers(batch, spec, members, await batch.plannedFor(spec));
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { minLength: 1, maxLength: 4 }),
      fc.record({ windowMinutes: windows, statistic: statistics }),
      sizes,
      async (all, settings, size) => {
        const spec = poolSpec(settings);
        const { readings } = await read(all, spec, size);
        const interval = Math.max(...partsOf(spec, size).map((part) => part.intervalMinutes));
        for (const [index, one] of all.entries()) {
          if (isUnseen(one, spec, interval)) continue;
          const [truth, reading] = [truthOf(one, spec), readings.get(instanceId(`n${index}`))?.cpu];
          if (typeof truth === "number")
            expect(Math.abs(Number(reading) - truth), `${reading}, not ${truth}`).toBeLessThan(
              tolerance,
            );
          else if (truth === "stale") expect(reading).toBe("stale");
          else expect(["no_data", "warming_up"]).toContain(reading);
        }
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);
