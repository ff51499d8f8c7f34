import { type CountingExporter, type Gauges, gaugeOf, sum, type ValueOf } from "./exporter.ts";

// Names are those that OpenTelemetry's exporters for Prometheus, and Prometheus' and VictoriaMetrics' own
// receivers, make of system.cpu.time and system.memory.usage, with underscores or with their dots. Gauges of
// utilization are never read: the Node packages' are of the time since somebody last scraped.

/** Labels that OpenTelemetry adds to each series, and Prometheus to no `up`. */
const extra = ["otel_scope_name", "otel_scope_version", "otel_scope_schema_url"];

/**
 * Memory by its states, of which the Collector's `slab_…` are in others already. What it calls used leaves out shared
 * memory, and since 0.134 may be all but MemAvailable instead: then the states add up to more than there is.
 * Source: opentelemetry-collector-contrib, pull request 42223 and issue 45413.
 */
function memory(usage: string, stateLabel: string, states: Shown["states"]): Gauges {
  const gauge = (state: string) => gaugeOf(usage, stateLabel, state);
  // By default the Collector shows neither.
  const limit = usage.replace("usage", "limit");
  const linuxAvailable = usage.replace(/memory(.)usage/, "linux$1memory$1available");
  const used = gauge("used");
  const free = gauge("free");
  const others = states.freeable.map(gauge);
  const sumOf = (value: ValueOf) =>
    sum(value(used), value(free), ...others.map((name) => value(name) ?? 0));
  const size = (value: ValueOf) => value(limit) ?? sumOf(value);
  return {
    total: used,
    gauges: [free, ...others, ...(states.more ? [limit, linuxAvailable] : [])],
    size,
    limit,
    available: (value) => value(linuxAvailable) ?? sum(size(value), -(value(used) ?? Number.NaN)),
    hintOnShared(value) {
      const whole = value(limit);
      const isLinux = value(gauge("cached")) !== undefined;
      const isTold =
        value(linuxAvailable) !== undefined || (sumOf(value) ?? 0) > 1.0001 * (whole ?? 0);
      return !isLinux || (whole !== undefined && isTold)
        ? undefined
        : "enable the Collector's metrics system.memory.limit and system.linux.memory.available";
    },
  };
}

/** What a metric or a label of OpenTelemetry's is called. */
type Spelling = (name: string) => string;
const underscores: Spelling = (name) => name.replaceAll(".", "_");
const dots: Spelling = (name) => name;

/** The Collector's hostmetrics receiver. */
const collectorShown = {
  cpuLabel: "cpu",
  modeLabel: "state",
  modes: ["user", "nice", "system", "idle", "interrupt", "softirq", "steal", "wait"],
  idle: ["idle", "wait"],
  stateLabel: "state",
  states: { freeable: ["buffered", "cached", "inactive"], more: true },
};

type Shown = typeof collectorShown;

/** What Node knows of a CPU: neither waiting for I/O, nor stolen time. */
const ofNode = {
  modes: ["user", "nice", "system", "idle", "interrupt"],
  idle: ["idle"],
  stateLabel: "system.memory.state",
  states: { freeable: [], more: false },
};

/** @opentelemetry/host-metrics for Node. */
const hostMetricsShown = {
  ...ofNode,
  cpuLabel: "system.cpu.logical_number",
  modeLabel: "system.cpu.state",
};

/** Its successor, @opentelemetry/instrumentation-host-metrics. */
const instrumentationShown = {
  ...ofNode,
  cpuLabel: "cpu.logical_number",
  modeLabel: "cpu.mode",
};

function shownAs(
  shown: Shown,
  spell: Spelling,
  [counter, gauge]: readonly [counter: string, gauge: string],
): CountingExporter {
  const { modes, idle, states } = shown;
  return {
    cpu: {
      name: spell(counter),
      cpuLabel: spell(shown.cpuLabel),
      modeLabel: spell(shown.modeLabel),
      modes,
      idle,
      contained: [],
      telltale: [],
      extra,
    },
    memory: memory(spell(gauge), spell(shown.stateLabel), states),
  };
}

/** With a unit, as OTLP and the Collector have one. */
const withUnit = ["system.cpu.time_seconds_total", "system.memory.usage_bytes"] as const;
const bare = ["system.cpu.time", "system.memory.usage"] as const;

/** The usual ones first. */
export const openTelemetry = (): readonly CountingExporter[] => [
  shownAs(collectorShown, underscores, withUnit),
  ...[hostMetricsShown, instrumentationShown].map((shown) =>
    shownAs(shown, underscores, ["system.cpu.time_total", "system.memory.usage"]),
  ),
  shownAs(collectorShown, dots, withUnit),
  shownAs(collectorShown, dots, bare),
  ...[hostMetricsShown, instrumentationShown].flatMap((shown) => [
    shownAs(shown, underscores, withUnit),
    shownAs(shown, dots, withUnit),
    shownAs(shown, dots, bare),
  ]),
];
