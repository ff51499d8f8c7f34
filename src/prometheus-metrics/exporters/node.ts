import { type CountingExporter, type CpuCounter, sum } from "./exporter.ts";

/** node_exporter; its systems differ in modes and in gauges. */
function cpu(others: Pick<CpuCounter, "modes" | "idle" | "telltale">): CpuCounter {
  const name = "node_cpu_seconds_total";
  return { name, cpuLabel: "cpu", modeLabel: "mode", contained: [], ...others };
}

const gauge = (name: string) => `node_memory_${name}_bytes`;

export const linux: CountingExporter = {
  cpu: cpu({
    modes: ["user", "nice", "system", "irq", "softirq", "steal", "iowait", "idle"],
    idle: ["idle", "iowait"],
    telltale: ["iowait", "irq", "softirq", "steal"],
  }),
  memory: {
    total: gauge("MemTotal"),
    gauges: [gauge("MemAvailable")],
    otherwise: ["MemFree", "Buffers", "Cached", "SReclaimable", "Slab", "Shmem"].map(gauge),
    /** Kernels before 3.14 lack MemAvailable. Shmem is in Cached, and can't be freed. */
    available(value) {
      const known = value(gauge("MemAvailable"));
      if (known !== undefined) return known;
      const slab = value(gauge("SReclaimable")) ?? value(gauge("Slab"));
      const names = ["MemFree", "Buffers", "Cached"].map((name) => value(gauge(name)));
      return sum(...names, slab, -(value(gauge("Shmem")) ?? 0));
    },
  },
};

/** Its modes are disjoint: time in interrupts is in no other. */
export const freebsd: CountingExporter = {
  cpu: cpu({
    modes: ["user", "nice", "system", "interrupt", "idle"],
    idle: ["idle"],
    telltale: ["interrupt"],
  }),
  memory: {
    total: gauge("size"),
    gauges: ["free", "inactive", "laundry"].map(gauge),
    available: (value) =>
      sum(value(gauge("free")), value(gauge("inactive")), value(gauge("laundry")) ?? 0),
  },
};

export const macos: CountingExporter = {
  cpu: cpu({ modes: ["user", "nice", "system", "idle"], idle: ["idle"], telltale: [] }),
  memory: {
    total: gauge("total"),
    gauges: ["free", "inactive", "purgeable"].map(gauge),
    available: (value) =>
      sum(value(gauge("free")), value(gauge("inactive")), value(gauge("purgeable")) ?? 0),
  },
};
