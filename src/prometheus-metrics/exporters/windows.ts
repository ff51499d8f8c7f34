import type { CpuCounter, Exporter, Gauges } from "./exporter.ts";

/** Privileged time already holds that of deferred procedure calls and interrupts. */
const cpu: CpuCounter = {
  name: "windows_cpu_time_total",
  cpuLabel: "core",
  modeLabel: "mode",
  modes: ["user", "privileged", "idle"],
  idle: ["idle"],
  contained: ["dpc", "interrupt"],
  telltale: ["privileged", "dpc"],
};

/** What is free on Windows is what Linux calls available. */
function memory(total: string, free: string): Gauges {
  return { total, gauges: [free], available: (value) => value(free) };
}

export const windows: Exporter = {
  cpu,
  memory: memory("windows_memory_physical_total_bytes", "windows_memory_physical_free_bytes"),
};

/** windows_exporter before 0.30; 0.31 removed these names. */
export const windowsBefore030: Exporter = {
  cpu,
  memory: memory("windows_cs_physical_memory_bytes", "windows_os_physical_memory_free_bytes"),
};
