import { describe, expect, it } from "vitest";
import type { QueryAnswer } from "../../../src/prometheus/query-api.ts";
import { readTargets } from "../../../src/prometheus-metrics/target.ts";

type Labels = Readonly<Record<string, string>>;

const answer = (rows: readonly (readonly [Labels, ...number[]])[]): QueryAnswer => ({
  series: rows.map(([labels, ...values]) => ({
    labels,
    times: values.map((_, index) => 1_000 + 15 * index),
    values,
  })),
  warnings: [],
});

/** Rows of a counter's modes, as `sum without (cpu) (delta(…))` leaves them. */
const modes = (label: string, times: Readonly<Record<string, number>>, more: Labels = {}) =>
  Object.entries(times).map(([mode, time]) => [{ ...host, ...more, [label]: mode }, time] as const);
/** Gauges of one metric, two samples each. */
const gauges = (name: string, label: string, bytes: Readonly<Record<string, number>>) =>
  Object.entries(bytes).map(
    ([state, value]) => [{ ...host, __name__: name, [label]: state }, value, value] as const,
  );
const host = { instance: "web-1", job: "node" };
const up = [{ ...host, __name__: "up" }, 1, 1] as const;

describe("an exporter's rows", () => {
  it.each([
    ["system_memory_usage_bytes", "state", "state"],
    ["system_memory_usage", "system_memory_state", "system_cpu_state"],
    ["system_memory_usage", "system_memory_state", "cpu_mode"],
  ])("of OpenTelemetry are one host: %s{%s}, modes by %s", (gauge, stateLabel, modeLabel) => {
    const cpu = modes(modeLabel, { user: 30, nice: 0, system: 10, interrupt: 0, idle: 60 });
    const memory = gauges(gauge, stateLabel, { used: 300, free: 700 });

    const targets = readTargets(answer(cpu), answer([...memory, up]), "busy");

    expect(targets).toMatchObject([
      {
        labels: host,
        cpu: { counter: { modeLabel }, steps: [{ busy: 40, all: 100 }] },
        memory: { used: [expect.closeTo(0.3), expect.closeTo(0.3)], total: 1000 },
        scrapes: { failed: false },
      },
    ]);
  });

  it("of OpenTelemetry have labels that its `up` doesn't", () => {
    const scope = { otel_scope_name: "x", otel_scope_version: "1" };
    const cpu = modes("cpu_mode", { user: 30, idle: 70 }, scope);

    expect(readTargets(answer(cpu), answer([up]), "busy")).toMatchObject([{ labels: host }]);
  });

  it("of OpenTelemetry's Collector count waiting for I/O as idle", () => {
    const cpu = modes("state", { user: 30, idle: 50, wait: 20 });

    const [target] = readTargets(answer(cpu), answer([up]), "busy");

    expect(target?.cpu?.steps).toMatchObject([{ busy: 30, all: 100 }]);
    expect(target?.cpu?.missing).toContain("steal");
  });

  it("of collectd are hundredths of a second, and memory that adds up", () => {
    const cpu = modes("type", { user: 3_000, idle: 6_000, wait: 1_000 });
    const memory = gauges("collectd_memory", "memory", {
      used: 250,
      slab_unrecl: 50,
      free: 400,
      buffered: 100,
      cached: 150,
      slab_recl: 50,
    });

    const [target] = readTargets(answer(cpu), answer(memory), "busy");

    expect(target?.cpu?.steps).toMatchObject([{ busy: 30, all: 100 }]);
    expect(target?.memory).toMatchObject({ total: 1000 });
    expect(target?.memory.used).toEqual([expect.closeTo(0.3), expect.closeTo(0.3)]);
  });

  it("of netdata are gauges of CPU, whose labels its `up` doesn't have, unless they are the target's", () => {
    const chart = { chart: "system.cpu", family: "cpu" };
    const dimensions = (name: string, values: Readonly<Record<string, number>>, own: Labels) =>
      gauges(name, "dimension", values).map(
        ([labels, ...samples]) => [{ ...labels, ...own }, ...samples] as const,
      );
    const cpu = "netdata_system_cpu_percentage_average";
    const shown = [
      ...dimensions(cpu, { user: 30, steal: 10, iowait: 20, idle: 40 }, chart),
      ...dimensions(
        "netdata_system_ram_MiB_average",
        { used: 5, free: 3, cached: 1, buffers: 1 },
        chart,
      ),
      ...dimensions("netdata_mem_available_MiB_average", { avail: 4 }, { chart: "mem.available" }),
    ];

    expect(readTargets(answer([]), answer([...shown, up]), "busy")).toMatchObject([
      {
        labels: host,
        cpuShares: { used: [expect.closeTo(0.4), expect.closeTo(0.4)] },
        memory: { used: [expect.closeTo(0.6), expect.closeTo(0.6)], total: 10 * 2 ** 20 },
      },
    ]);
    expect(readTargets(undefined, answer(shown), "idle")[0]?.cpuShares?.used[0]).toBeCloseTo(0.3);
    const renamed = dimensions(
      cpu,
      { idle: 1, iowait: 1 },
      { family: "a", exported_family: "cpu" },
    );
    expect(readTargets(undefined, answer(renamed), "busy")[0]?.labels).toEqual({
      ...host,
      family: "a",
    });
  });

  it("of netdata without waiting for I/O tell nothing of CPU", () => {
    const shown = gauges("netdata_system_cpu_percentage_average", "dimension", {
      user: 30,
      idle: 70,
    });

    expect(readTargets(undefined, answer(shown), "busy")[0]?.cpuShares?.used).toEqual([]);
  });

  it("may have a target's own label of another exporter's name", () => {
    const labels = { type: "vm", state: "on" };
    const cpu = modes("mode", { user: 30, idle: 70 }, labels);
    const memory = [{ ...host, ...labels, __name__: "node_memory_MemTotal_bytes" }, 9, 9] as const;

    const targets = readTargets(
      answer(cpu),
      answer([memory, [{ ...host, ...labels, __name__: "up" }, 1, 1]]),
      "busy",
    );

    expect(targets).toMatchObject([
      { labels: { ...host, ...labels }, cpu: { counter: { modeLabel: "mode" } } },
    ]);
  });

  it("tell machines apart by labels that tell another exporter's series apart", () => {
    const busy = modes("mode", { user: 90, idle: 10 }, { type: "a" });
    const idle = modes("mode", { user: 10, idle: 90 }, { type: "b" });

    expect(readTargets(answer([...busy, ...idle]), answer([]), "busy")).toHaveLength(2);
  });
});
