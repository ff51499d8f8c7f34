import type { Exporter } from "../../src/prometheus-metrics/exporters/exporter.ts";

export const acme: Exporter = {
  cpu: {
    name: "acme_cpu_seconds_total",
    cpuLabel: "core",
    modeLabel: "kind",
    // All that add up to a CPU's time.
    modes: ["user", "system", "idle"],
    idle: ["idle"],
    contained: [],
    telltale: [],
  },
  memory: {
    total: "acme_memory_total_bytes",
    gauges: ["acme_memory_available_bytes"],
    available: (value) => value("acme_memory_available_bytes"),
  },
};
