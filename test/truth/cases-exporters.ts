import type { HistoryCase } from "./history-case.ts";
import { bursts, linuxCollector, netdata, openTelemetry } from "./history-hosts.ts";

/** Each by `auto`, and by the exporter's name. */
const both = (one: HistoryCase, exporter: "netdata" | "opentelemetry"): readonly HistoryCase[] => {
  const prometheus = { ...one.question?.prometheus, exporter };
  return [one, { ...one, name: `${one.name}, by name`, question: { ...one.question, prometheus } }];
};

const netdataCases: readonly HistoryCase[] = [
  { name: "netdata", truth: { cpu: 44, memory: 55 }, host: netdata(44, 55) },
  {
    name: "netdata, over an hour",
    truth: { cpu: 45, memory: 56 },
    question: { windowMinutes: 60 },
    host: netdata(45, 56),
  },
  {
    name: "netdata, whose stolen time is idle",
    truth: { cpu: 36, memory: 57 },
    question: { prometheus: { steal: "idle" as const } },
    host: netdata(40, 57),
  },
  {
    name: "netdata, a third of each half minute, max",
    truth: { cpu: 90, memory: 58 },
    question: { statistic: "max" as const },
    host: netdata(bursts(90, 15, 10, 30), 58, { everySeconds: 5, newestSecondsAgo: 2 }),
  },
  {
    name: "netdata, not scraped for 4 min",
    truth: { cpu: "target_down", memory: "target_down" },
    host: netdata(93, 83, { silences: [[240, -1_000]] }),
  } as const,
  {
    name: "netdata, pushed, silent for 4 min",
    truth: { cpu: "stale", memory: "stale" },
    host: netdata(93, 83, { comes: "pushed", silences: [[240, -1_000]] }),
  } as const,
  {
    name: "netdata, created 2 min ago, as another one had its name",
    truth: { cpu: 46, memory: 59 },
    createdSecondsAgo: 120,
    host: netdata(46, 59, { sinceSecondsAgo: 115 }),
    strangers: [netdata(96, 96, { untilSecondsAgo: 130 })],
  },
];

/** Where the dots of OpenTelemetry's names are kept. */
const dottedCases: readonly HistoryCase[] = [
  {
    name: "the Collector's names with dots",
    truth: { cpu: 47, memory: 61 },
    host: openTelemetry(
      {
        counter: "system.cpu.time",
        labels: ["cpu", "state"],
        gauge: "system.memory.usage",
        state: "state",
      },
      47,
      61,
    ),
  },
  {
    name: "the Collector's names with dots and units",
    truth: { cpu: 48, memory: 62 },
    host: openTelemetry(
      {
        counter: "system.cpu.time_seconds_total",
        labels: ["cpu", "state"],
        gauge: "system.memory.usage_bytes",
        state: "state",
      },
      48,
      62,
    ),
  },
  ...(
    [
      ["system.cpu.logical_number", "system.cpu.state"],
      ["cpu.logical_number", "cpu.mode"],
    ] as const
  ).map(
    (labels, index): HistoryCase => ({
      name: `names and labels with dots, ${labels[1]}`,
      truth: { cpu: 49 + index, memory: 63 + index },
      exceptOn: {
        prometheus: {
          truth: { cpu: "no_data", memory: 63 + index },
          because: "its queries can't name labels with dots, which no scrape brings to it",
        },
      },
      alone: true,
      host: openTelemetry(
        {
          counter: "system.cpu.time",
          labels,
          gauge: "system.memory.usage",
          state: "system.memory.state",
        },
        49 + index,
        63 + index,
      ),
    }),
  ),
  {
    name: "the Collector's names with underscores",
    truth: { cpu: 51, memory: 65 },
    host: openTelemetry(
      {
        counter: "system_cpu_time_seconds_total",
        labels: ["cpu", "state"],
        gauge: "system_memory_usage_bytes",
        state: "state",
      },
      51,
      65,
    ),
  },
];

/** A tenth of this memory is shared, and the cached tenth of it that is of slabs can be freed. */
const usedBefore = { used: 32, free: 28, buffered: 5, cached: 35 };
const used = { ...usedBefore, used: 42 };
const slabs = { slab_reclaimable: 10, slab_unreclaimable: 6 };

/** The Collector on Linux: slabs are in other states already, and shared memory is cached. */
const collectorCases: readonly HistoryCase[] = [
  {
    name: "the Collector on Linux, shared memory unknown",
    truth: { cpu: 52, memory: 32 },
    warning: "exporter that counts shared memory as free",
    alone: true,
    host: linuxCollector(52, { ...usedBefore, ...slabs }),
  },
  {
    name: "the Collector on Linux, limit and available enabled",
    truth: { cpu: 53, memory: 42 },
    host: linuxCollector(
      53,
      { ...usedBefore, ...slabs },
      { memory_limit: 100, linux_memory_available: 58 },
    ),
  },
  {
    name: "the Collector on Linux, used is all but MemAvailable, limit enabled",
    truth: { cpu: 54, memory: 42 },
    host: linuxCollector(54, { ...used, ...slabs }, { memory_limit: 100 }),
  },
];

/** Hosts of exporters that show CPU or memory in ways of their own. */
export const exporterCases: readonly HistoryCase[] = [
  ...netdataCases.flatMap((one) => both(one, "netdata")),
  ...[...dottedCases, ...collectorCases].flatMap((one) => both(one, "opentelemetry")),
];
