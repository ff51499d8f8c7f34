import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import { toPoolResult } from "../../../src/result/pool-result.ts";
import type { InstanceReadings, Reading } from "../../../src/result/reading.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };

/** The result of a pool whose running members measured this. */
function resultOf(readings: readonly InstanceReadings[], settings: PoolSettings = {}) {
  const running = readings.map((_, index) => ({
    id: instanceId(`n${index}`),
    displayName: `n${index}`,
    compartmentId,
    state: "RUNNING",
  }));
  const metrics = {
    window,
    readings: new Map(readings.map((reading, index) => [instanceId(`n${index}`), reading])),
    warnings: [],
    failures: [],
  };
  const pool = { id: poolId, name: "web", instances: running };
  return toPoolResult(poolSpec(settings), { pool, running, metrics }, []);
}

const reading: fc.Arbitrary<Reading> = fc.oneof(
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.constantFrom<Reading>("no_data", "stale", "target_down", "warming_up", "not_a_number"),
);
const readings = fc.array(fc.record({ cpu: reading, memory: reading }), { maxLength: 30 });
const silent: InstanceReadings = { cpu: "no_data", memory: "no_data" };

describe("toPoolResult", () => {
  it("accounts for every running member, once", () => {
    fc.assert(
      fc.property(readings, (all) => {
        const { instances } = resultOf(all);
        const missing = new Set(instances?.missing.map(({ id }) => id));
        expect((instances?.reporting ?? 0) + missing.size).toBe(all.length);
        expect(instances?.running).toBe(all.length);
      }),
    );
  });

  it("is ok only when all reported both, and failed whenever none reported anything", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ cpu: reading, memory: reading }), { minLength: 1 }),
        (all) => {
          const numbers = all
            .flatMap(({ cpu, memory }) => [cpu, memory])
            .filter((r) => typeof r === "number");
          const expected =
            numbers.length === 2 * all.length ? "ok" : numbers.length === 0 ? "failed" : "partial";
          expect(resultOf(all).status).toBe(expected);
        },
      ),
    );
  });

  it("does not change an average because a silent member is there, too; coverage does change", () => {
    fc.assert(
      fc.property(readings, (all) => {
        const [without, with1] = [resultOf(all), resultOf([...all, silent])];
        expect(with1.cpu).toEqual(without.cpu);
        expect(with1.memory).toEqual(without.memory);
        expect(with1.instances?.running).toBe(all.length + 1);
        expect(with1.instances?.reporting).toBe(without.instances?.reporting);
      }),
    );
  });

  it("gives CPU and memory an entry each when they are missing for different reasons", () => {
    const { instances } = resultOf([{ cpu: "warming_up", memory: "not_a_number" }]);

    expect(instances?.missing.map(({ metrics, reason }) => [metrics, reason])).toEqual([
      [["cpu"], "warming_up"],
      [["memory"], "not_a_number"],
    ]);
  });

  it.each([
    [0.5, "partial"],
    [0.51, "failed"],
    [1, "failed"],
    [0, "partial"],
  ])("asks for a coverage of %d of two members of whom one reported: %s", (minCoverage, status) => {
    const result = resultOf([{ cpu: 10, memory: 20 }, silent], { minCoverage });

    expect(result.status).toBe(status);
    expect(result.cpu.average).toBe(10);
  });
});
