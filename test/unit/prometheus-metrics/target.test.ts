import { describe, expect, it } from "vitest";
import type { QueryAnswer, Series } from "../../../src/prometheus-metrics/response.ts";
import { readTargets } from "../../../src/prometheus-metrics/target.ts";

const settings = { windowMinutes: 5, hosts: 100, statistic: "mean", steal: "busy" } as const;
const host = { instance: "web-1", job: "node" };

const answer = (...series: readonly Series[]): QueryAnswer => ({ series, warnings: [] });
const row = (labels: Record<string, string>, ...values: readonly number[]): Series => ({
  labels: { ...host, ...labels },
  times: values.map((_, index) => 1000 + 60 * index),
  values,
});
const mode = (name: string, value: number) => row({ mode: name }, value);
const gauge = (name: string, ...values: readonly number[]) =>
  row({ __name__: `node_memory_${name}_bytes` }, ...values);
const alive = [row({ __name__: "up" }, 1), gauge("MemTotal", 100)];

/** The readings of one host whose two queries answered so. */
function readings(
  cpu: QueryAnswer | undefined,
  memory: QueryAnswer | undefined,
  changes: Partial<Parameters<typeof readTargets>[1]> = {},
) {
  const [target] = readTargets({ cpu, memory }, { ...settings, ...changes });
  return target && { cpu: target.cpu, memory: target.memory };
}

describe("readTargets", () => {
  it("divides busy time by the time of all modes, waiting for I/O being idle", () => {
    const cpu = answer(
      ...alive,
      mode("user", 0.3),
      mode("system", 0.1),
      mode("iowait", 0.2),
      mode("idle", 0.2),
    );

    expect(readings(cpu, answer())?.cpu).toBeCloseTo(50);
  });

  it("counts stolen time as busy, or as idle when told so", () => {
    const cpu = answer(...alive, mode("user", 0.2), mode("steal", 0.3), mode("idle", 0.5));

    expect(readings(cpu, answer())?.cpu).toBeCloseTo(50);
    expect(readings(cpu, answer(), { steal: "idle" })?.cpu).toBeCloseTo(20);
  });

  it("takes the mean of the window's memory readings", () => {
    const memory = answer(gauge("MemTotal", 100, 100), gauge("MemAvailable", 60, 20));

    expect(readings(answer(...alive), memory)?.memory).toBeCloseTo(60);
    expect(readings(answer(...alive), memory, { statistic: "max" })?.memory).toBeCloseTo(80);
  });

  it("knows how much memory a host has at last", () => {
    const memory = answer(gauge("MemTotal", 100, 200), gauge("MemAvailable", 60, 20));

    expect(readTargets({ cpu: answer(...alive), memory }, settings)).toMatchObject([
      { totalMemory: 200 },
    ]);
  });

  it("adds up what could be freed where the kernel has no MemAvailable", () => {
    const memory = answer(
      gauge("MemTotal", 100),
      gauge("MemFree", 10),
      gauge("Buffers", 5),
      gauge("Cached", 20),
      gauge("Slab", 5),
    );

    expect(readings(answer(...alive), memory)?.memory).toBeCloseTo(60);
  });

  it("takes a target whose last scrape failed for down, whatever its rates still say", () => {
    const cpu = answer(row({ __name__: "up" }, 0), mode("user", 0.9), mode("idle", 0.1));
    const memory = answer(gauge("MemTotal", 100), gauge("MemAvailable", 50));

    expect(readings(cpu, memory)).toEqual({ cpu: "target_down", memory: "target_down" });
  });

  it("takes a pushed host that is no longer seen for stale", () => {
    const cpu = answer(mode("user", 0.9), mode("idle", 0.1));

    expect(readings(cpu, answer())).toEqual({ cpu: "stale", memory: "stale" });
  });

  it("takes a host that is there, but has too few samples, for warming up", () => {
    expect(readings(answer(...alive), answer())).toEqual({
      cpu: "warming_up",
      memory: "warming_up",
    });
  });

  it("takes a host that was seen for long, but shows no CPU, for one without data", () => {
    const memoryOf = (...totals: readonly number[]) =>
      answer(gauge("MemTotal", ...totals), gauge("MemAvailable", ...totals));

    expect(readings(answer(...alive), memoryOf(100, 100))?.cpu).toBe("warming_up");
    expect(readings(answer(...alive), memoryOf(100, 100, 100))?.cpu).toBe("no_data");
  });

  it("takes memory that a host no longer shows for stale, however alive it is", () => {
    const up = row({ __name__: "up" }, 1);
    const memory = answer(gauge("MemTotal", 100), gauge("MemAvailable", 5));

    expect(readings(answer(up, mode("idle", 1)), memory)).toEqual({ cpu: 0, memory: "stale" });
    expect(readings(answer(up, mode("idle", 1)), answer())).toEqual({ cpu: 0, memory: "no_data" });
  });

  it.each([
    ["no total at all", [mode("idle", 0)], [gauge("MemTotal", 0), gauge("MemAvailable", 0)]],
    ["NaN", [mode("idle", Number.NaN)], [gauge("MemTotal", Number.NaN), gauge("MemAvailable", 1)]],
  ])("calls %s no number", (_, cpu, memory) => {
    expect(readings(answer(...alive, ...cpu), answer(...memory))).toEqual({
      cpu: "not_a_number",
      memory: "not_a_number",
    });
  });

  it("keeps memory when the CPU query failed, and CPU when the memory query failed", () => {
    const cpu = answer(...alive, mode("user", 0.5), mode("idle", 0.5));
    const memory = answer(gauge("MemTotal", 100), gauge("MemAvailable", 50));

    expect(readings(undefined, memory)).toEqual({ cpu: "query_failed", memory: 50 });
    expect(readings(cpu, undefined)).toEqual({ cpu: 50, memory: "query_failed" });
  });

  it("takes a host's old memory for stale when no CPU answer tells whether it is there", () => {
    const dead = {
      labels: { instance: "dead", __name__: "node_memory_MemTotal_bytes" },
      times: [1000],
      values: [100],
    };
    const memory = answer(gauge("MemTotal", 100, 100), gauge("MemAvailable", 50, 50), dead);

    const targets = readTargets({ cpu: undefined, memory }, settings);

    expect(targets.map((target) => [target.cpu, target.memory])).toEqual([
      ["query_failed", 50],
      ["query_failed", "stale"],
    ]);
  });

  it("takes memory for stale when it ends before the query, and nobody tells who is there", () => {
    const memory = answer(gauge("MemTotal", 100, 100), gauge("MemAvailable", 50, 50));
    const memoryAt = (seconds: number) =>
      readTargets({ cpu: undefined, memory, at: new Date(seconds * 1000) }, settings)[0]?.memory;

    // The last point is at 1,060; steps are half a minute apart.
    expect([1089, 1119, 1121, 1300].map(memoryAt)).toEqual([50, 50, "stale", "stale"]);
  });

  it("takes the gauges of one time together, whatever times they have", () => {
    const later = { ...gauge("MemAvailable", 40, 80), times: [1060, 1180] };
    const memory = answer(gauge("MemTotal", 100, 100, 200, 200), later);

    expect(readings(answer(...alive, mode("idle", 1)), memory)).toEqual({ cpu: 0, memory: 60 });
  });

  it("tells targets apart whose labels look alike when they are put together", () => {
    const up = (labels: Record<string, string>) => ({
      labels: { __name__: "up", ...labels },
      times: [1000],
      values: [0],
    });
    const cpu = answer(up({ a: "1", b: "2" }), up({ a: "11:b1:2" }), up({ b: "2", a: "1" }));

    expect(readTargets({ cpu, memory: answer() }, settings)).toHaveLength(2);
  });

  it("takes no other exporter of the host for a host", () => {
    expect(
      readTargets({ cpu: answer(row({ __name__: "up" }, 1)), memory: answer() }, settings),
    ).toEqual([]);
  });
});
