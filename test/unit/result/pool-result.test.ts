import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import {
  InvalidRequestError,
  SourceUnavailableError,
  type UtilizationError,
} from "../../../src/errors.ts";
import { toPoolResult } from "../../../src/result/pool-result.ts";
import type { InstanceReadings, Reading } from "../../../src/result/reading.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };

/** The result of a pool whose counted members measured this, and of which so many are excluded. */
function resultOf(
  readings: readonly InstanceReadings[],
  settings: PoolSettings = {},
  young = 0,
  failures: readonly UtilizationError[] = [],
) {
  const member = (name: string) => ({
    id: instanceId(name),
    displayName: name,
    compartmentId,
    state: "RUNNING",
  });
  const counted = readings.map((_, index) => member(`n${index}`));
  const excluded = Array.from({ length: young }, (_, index) => member(`young${index}`));
  const metrics = {
    window,
    resolutionSeconds: 60,
    readings: new Map(readings.map((reading, index) => [instanceId(`n${index}`), reading])),
    warnings: [],
    failures,
  };
  const pool = { id: poolId, name: "web", instances: [...counted, ...excluded] };
  const measured = counted.length === 0 ? undefined : metrics;
  return toPoolResult(poolSpec(settings), { pool, counted, excluded, metrics: measured }, []);
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

  const [both, onlyCpu] = [
    { cpu: 10, memory: 20 },
    { cpu: 30, memory: "no_data" },
  ] as const;

  it.each([
    ["of which no member reports memory", [onlyCpu, onlyCpu], "partial"],
    ["of which one of three reports memory", [onlyCpu, both, onlyCpu], "failed"],
    ["of which two of three report memory", [both, both, onlyCpu], "partial"],
    ["of which two of three report CPU, and none memory", [onlyCpu, silent, onlyCpu], "partial"],
    ["of which one of three reports CPU, and none memory", [onlyCpu, silent, silent], "failed"],
  ] as const)("asks for half of each metric by itself: %s", (_, all, status) => {
    const result = resultOf(all, { minCoverage: 0.5 });

    expect(result.status).toBe(status);
    expect(result.error?.code).toBe(status === "failed" ? "LOW_COVERAGE" : undefined);
    expect(result.cpu.average).not.toBeNull();
  });

  it("names the metric of which too few reported", () => {
    const result = resultOf([onlyCpu, both, onlyCpu], { minCoverage: 0.5 });

    expect(result.error).toMatchObject({
      retryable: false,
      message: "Only 1 of 3 running members reported memory; minCoverage asks for 0.5.",
    });
  });

  it("says of a coverage that a failed query lowered that it may be better later", () => {
    const lost = new SourceUnavailableError("Monitoring is down");
    const unanswered = { cpu: "query_failed", memory: "query_failed" } as const;

    const { error } = resultOf([both, unanswered], { minCoverage: 1 }, 0, [lost]);

    expect(error).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
  });

  it("asks for the coverage of a metric that nobody could be asked for", () => {
    const lost = new SourceUnavailableError("Monitoring is down");
    const halves = { cpu: 10, memory: "query_failed" } as const;

    const result = resultOf([halves, halves], { minCoverage: 0.5 }, 0, [lost]);

    expect(result.error).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
    expect(resultOf([halves, halves], {}, 0, [lost]).status).toBe("partial");
    const refused = new InvalidRequestError("no such operator");
    expect(resultOf([halves, halves], { minCoverage: 0.5 }, 0, [refused]).status).toBe("partial");
  });

  it("leaves members out of coverage and missing that are excluded, and lists them", () => {
    const result = resultOf([both], { minCoverage: 1, warmupMinutes: 5 }, 2);

    expect(result.status).toBe("ok");
    expect(result.instances).toEqual({
      total: 3,
      running: 3,
      counted: 1,
      reporting: 1,
      missing: [],
      excluded: ["young0", "young1"].map((name) => {
        return { id: instanceId(name), displayName: name, reason: "warming_up" };
      }),
    });
  });

  it("has no data when every running member is excluded, and says what to change", () => {
    const { error, resolutionSeconds, cpu } = resultOf([], { warmupMinutes: 30 }, 2);

    expect(error).toMatchObject({ code: "NO_DATA", retryable: false });
    expect(error?.message).toContain("younger than warmupMinutes (30)");
    expect(resolutionSeconds).toBeNull();
    expect(cpu.average).toBeNull();
  });
});
