import { type Exporter, gaugeOf, sum, type ValueOf } from "./exporter.ts";

const gauge = (state: string) => gaugeOf("collectd_memory", "memory", state);
const freeable = ["free", "buffered", "cached", "slab_recl"].map(gauge);
const taken = ["used", "slab_unrecl"].map(gauge);

const available = (value: ValueOf) =>
  sum(value(gauge("free")), ...freeable.slice(1).map((name) => value(name) ?? 0));

/** collectd, by its plugin write_prometheus; it stamps its samples. */
export const collectd: Exporter = {
  cpu: {
    name: "collectd_cpu_total",
    cpuLabel: "cpu",
    modeLabel: "type",
    modes: ["user", "nice", "system", "interrupt", "softirq", "steal", "wait", "idle"],
    idle: ["idle", "wait"],
    contained: [],
    telltale: [],
    // Jiffies, which Linux shows as hundredths of a second on every machine.
    unitsPerSecond: 100,
  },
  memory: {
    total: gauge("used"),
    gauges: [...freeable, ...taken.slice(1)],
    size: (value) => sum(...taken.map((name) => value(name) ?? 0), available(value)),
    available,
    // Linux counts shared memory as cached, and none of the plugin's states tells how much it is.
    hintOnShared: () => "measure memory by node_exporter, or by PromQL of your own",
  },
};
