import { describe, expect, it } from "vitest";
import { readTargets } from "../../../src/prometheus-metrics/target.ts";
import { answer, now, row } from "../../support/a-target.ts";

const host = { instance: "web-1", job: "node" };
const mode = (name: string, seconds: number, labels = {}) =>
  row({ ...host, mode: name, ...labels }, [seconds]);
const gauge = (name: string, ...values: readonly number[]) =>
  row(
    { ...host, __name__: name },
    values,
    values.map((_, index) => now - 60 + 15 * index),
  );
const memory = (name: string, ...values: readonly number[]) =>
  gauge(`node_memory_${name}_bytes`, ...values);
const up = (...values: readonly number[]) => gauge("up", ...values);

/** The one host of these rows. */
function read(
  cpu: readonly ReturnType<typeof row>[],
  samples: readonly ReturnType<typeof row>[],
  steal: "busy" | "idle" = "busy",
) {
  return readTargets(answer(...cpu), answer(...samples), steal)[0];
}

describe("readTargets", () => {
  it("counts stolen time as busy, or as idle when told so", () => {
    const cpu = [mode("user", 20), mode("steal", 30), mode("iowait", 10), mode("idle", 40)];

    expect(read(cpu, [])?.cpu?.steps).toMatchObject([{ busy: 50, all: 100 }]);
    expect(read(cpu, [], "idle")?.cpu?.steps).toMatchObject([{ busy: 20, all: 100 }]);
  });

  it("takes the times of all CPUs, added up, for their time and their number", () => {
    const stamp = mode("(stamp)", 64 * (now - 5.25));

    expect(read([mode("idle", 1), stamp], [])?.cpu?.steps[0]?.stamp).toEqual({
      time: now - 5.25,
      cpus: 64,
    });
  });

  it.each([
    [
      "Windows, where privileged time holds that of interrupts",
      { user: 10, privileged: 30, interrupt: 20, dpc: 5, idle: 60 },
      40,
      100,
    ],
    [
      "FreeBSD, where interrupts are apart",
      { user: 10, system: 10, interrupt: 35, idle: 45 },
      55,
      100,
    ],
    ["macOS", { user: 10, system: 10, nice: 0, idle: 80 }, 20, 100],
  ])("knows the modes of %s", (_, modes, busy, all) => {
    const cpu = Object.entries(modes).map(([name, seconds]) => mode(name, seconds));

    expect(read(cpu, [])?.cpu?.steps).toMatchObject([{ busy, all }]);
  });

  it.each([
    ["Linux", [memory("MemTotal", 100, 100), memory("MemAvailable", 60, 20)], [0.4, 0.8]],
    [
      "FreeBSD",
      [memory("size", 100), memory("free", 10), memory("inactive", 20), memory("laundry", 5)],
      [0.65],
    ],
    [
      "macOS",
      [memory("total", 100), memory("free", 10), memory("inactive", 20), memory("purgeable", 5)],
      [0.65],
    ],
    [
      "Windows",
      [
        gauge("windows_memory_physical_total_bytes", 100),
        gauge("windows_memory_physical_free_bytes", 30),
      ],
      [0.7],
    ],
    [
      "windows_exporter 0.30, with names of two versions",
      [
        gauge("windows_cs_physical_memory_bytes", 100),
        gauge("windows_os_physical_memory_free_bytes", 30),
        gauge("windows_memory_physical_total_bytes", 100),
        gauge("windows_memory_physical_free_bytes", 30),
      ],
      [0.7],
    ],
  ])("knows the memory of %s", (_, rows, used) => {
    expect(read([], rows)?.memory.used).toEqual(used.map((share) => expect.closeTo(share)));
  });

  it("can't free shared memory, which is cached", () => {
    const target = read([], [memory("MemTotal", 100)]);
    const gauges: Readonly<Record<string, number>> = {
      MemFree: 10,
      Buffers: 5,
      Cached: 20,
      SReclaimable: 10,
      Slab: 15,
      Shmem: 8,
    };
    const value = (name: string) =>
      gauges[/_(\w+)_bytes/.exec(name.replace("node_memory", ""))?.[1] ?? ""];

    expect(target?.memory).toMatchObject({ times: [], total: 100 });
    expect(target?.exporter.memory.available(value)).toBe(37);
    expect(
      target?.exporter.memory.available((name) => (name.includes("Free") ? 1 : undefined)),
    ).toBeUndefined();
  });

  it("takes the gauges of one time together, whatever times they have", () => {
    const later = { ...memory("MemAvailable", 40, 80), times: [now - 45, now - 15] };

    expect(read([], [memory("MemTotal", 100, 100, 200, 200), later])?.memory.used).toEqual([
      0.6, 0.6,
    ]);
  });

  it("reads a target that has labels of its own that the exporter uses, too", () => {
    const own = { cpu: "amd", core: "a", mode: "prod" };
    const cpu = [
      mode("user", 30, { mode: "prod", exported_mode: "user" }),
      mode("idle", 70, { mode: "prod", exported_mode: "idle" }),
    ];
    const total = row({ ...host, ...own, __name__: "node_memory_MemTotal_bytes" }, [100]);

    expect(readTargets(answer(...cpu), answer(total), "busy")).toMatchObject([
      {
        labels: host,
        cpu: { counter: { modeLabel: "exported_mode" }, steps: [{ busy: 30, all: 100 }] },
        memory: { total: 100 },
      },
    ]);
  });

  it("keeps the times of scrapes, of those that succeeded, and whether the last did", () => {
    const tries = [60, 45, 30, 15].map((age) => now - age);
    const times = [now - 60, now - 30];

    expect(read([], [up(1, 0, 1, 0)])?.scrapes).toEqual({ times, tries, failed: true });
    expect(read([mode("idle", 1)], [])?.scrapes).toEqual({ times: [], tries: [], failed: false });
  });

  it("takes VictoriaMetrics' marks of ends for no samples", () => {
    const samples = answer(
      memory("MemTotal", 100, Number.NaN),
      memory("MemAvailable", 50, Number.NaN),
    );
    const used = (marksEnds: boolean) =>
      readTargets(answer(), samples, "busy", marksEnds)[0]?.memory.used;

    expect([used(true), used(false)]).toEqual([[0.5], [0.5, Number.NaN]]);
  });

  it("tells targets apart whose labels look alike when they are put together", () => {
    const down = (labels: Record<string, string>) => row({ __name__: "up", ...labels }, [0]);
    const samples = answer(
      down({ a: "1", b: "2" }),
      down({ a: "11:b1:2" }),
      down({ b: "2", a: "1" }),
    );

    expect(readTargets(answer(), samples, "busy")).toHaveLength(2);
  });

  it("takes no other exporter of the host for a host", () => {
    expect(readTargets(answer(), answer(up(1)), "busy")).toEqual([]);
  });
});
