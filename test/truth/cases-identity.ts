import { type HistoryCase, ownPool } from "./history-case.ts";
import type { HistoryHost } from "./history-host.ts";
import { linux, linuxCollector, once, windows } from "./history-hosts.ts";

const byAddress = { prometheus: { match: { label: "instance", by: "privateIp" } } } as const;
const byPool = { prometheus: { match: { label: "pool", by: "poolId" } } } as const;
const byAddressMax = { ...byAddress, statistic: "max" } as const;
const unresolved = { cpu: "unresolved_host", memory: "unresolved_host" } as const;

/** The address of each, as the label `instance` has it. */
const at = (address: string) => ({ instance: `${address}:9100`, job: "node" });

/** Until its address was given to another. */
const saturatedBefore = (address: string) =>
  linux(99, 95, { targets: [at(address)], untilSecondsAgo: 125 });

const young = (address: string) =>
  linux(5, 15, { targets: [at(address)], sinceSecondsAgo: 96, uptimeSeconds: 10 });

/** A Collector of which the states add up to another total at each sample, as one server scrapes it. */
const summed = (prometheus: string, newestSecondsAgo: number): HistoryHost => ({
  ...linuxCollector(53, {}),
  targets: [{ prometheus }],
  newestSecondsAgo,
  gauges: ({ ago }) => ({
    'system_memory_usage_bytes{state="used"}': 6.4e9,
    'system_memory_usage_bytes{state="free"}': 4e9,
    'system_memory_usage_bytes{state="cached"}': 5.6e9 + 1e7 * (ago % 7),
  }),
});

/** What blackbox_exporter, which probes the same machine, says of itself. */
const probe = (displayName: string, up: 0 | 1) => ({
  labels: {
    __name__: "up",
    job: "blackbox",
    instance: `${displayName}:9100`,
    module: "icmp",
    tier: "probe",
  },
  value: up,
});

/** A reading is of the member itself, in its own life. */
export const identityCases: readonly HistoryCase[] = [
  {
    name: "blackbox_exporter is down",
    truth: { cpu: 42, memory: 52 },
    alone: true,
    status: "ok",
    displayName: "inst-probed-truth",
    host: linux(42, 52, { targets: [{ tier: "web" }] }),
    otherSeries: [probe("inst-probed-truth", 0)],
  },
  {
    name: "blackbox_exporter is up, it isn't",
    truth: { cpu: "target_down", memory: "target_down" },
    displayName: "inst-pinged-truth",
    host: linux(92, 82, { targets: [{ tier: "web" }], silences: [[240, -1_000]] }),
    otherSeries: [probe("inst-pinged-truth", 1)],
  },
  {
    name: "off for long, blackbox_exporter is down, too",
    truth: { cpu: "target_down", memory: "target_down" },
    displayName: "inst-off-truth",
    host: linux(92, 82, { targets: [{ tier: "web" }], silences: [[5_400, -1_000]] }),
    otherSeries: [probe("inst-off-truth", 0)],
  },
  ...([5, 60] as const).map(
    (windowMinutes): HistoryCase => ({
      name: `a busy one had its address, ${windowMinutes} min`,
      truth: { cpu: [5, "warming_up"], memory: [15, "warming_up"] },
      question: { ...byAddress, windowMinutes },
      privateIp: `10.0.7.${windowMinutes}`,
      createdSecondsAgo: 110,
      host: young(`10.0.7.${windowMinutes}`),
      strangers: [saturatedBefore(`10.0.7.${windowMinutes}`)],
    }),
  ),
  {
    name: "a busy one had its address, max",
    truth: { cpu: [5, "warming_up"], memory: [15, "warming_up"] },
    question: { ...byAddress, windowMinutes: 60, statistic: "max" },
    privateIp: "10.0.7.61",
    createdSecondsAgo: 110,
    host: young("10.0.7.61"),
    strangers: [saturatedBefore("10.0.7.61")],
  },
  {
    name: "the partner of another, and busy",
    truth: { cpu: 88, memory: 78 },
    question: byPool,
    displayName: "inst-first-truth",
    privateIp: "10.0.8.1",
    host: linux(88, 78, {
      targets: [{ ...at("10.0.8.1"), pool: ownPool, standby_of: "inst-second-truth" }],
    }),
  },
  {
    name: "the partner of another, and idle",
    truth: { cpu: 8, memory: 18 },
    question: byPool,
    displayName: "inst-second-truth",
    privateIp: "10.0.8.2",
    host: linux(8, 18, {
      targets: [{ ...at("10.0.8.2"), pool: ownPool, standby_of: "inst-first-truth" }],
    }),
  },
  {
    name: "two machines have its address",
    truth: unresolved,
    question: byAddress,
    privateIp: "10.0.9.1",
    host: linux(90, 80, { targets: [{ ...at("10.0.9.1"), prometheus: "east" }] }),
    strangers: [linux(10, 20, { targets: [{ ...at("10.0.9.1"), prometheus: "west" }] })],
  },
  {
    name: "another one has its address, and nearly its load",
    truth: unresolved,
    question: byAddress,
    privateIp: "10.0.9.3",
    host: linux(40, 50, { targets: [{ ...at("10.0.9.3"), prometheus: "east" }] }),
    strangers: [linux(46, 50, { targets: [{ ...at("10.0.9.3"), prometheus: "west" }] })],
  },
  {
    name: "another one has its address, and nearly its load, max",
    truth: unresolved,
    question: byAddressMax,
    privateIp: "10.0.9.4",
    host: linux(40, 50, { targets: [{ ...at("10.0.9.4"), prometheus: "east" }] }),
    strangers: [linux(60, 50, { targets: [{ ...at("10.0.9.4"), prometheus: "west" }] })],
  },
  {
    name: "scraped by two servers, by one since 2 min, max",
    truth: { cpu: 90, memory: 50 },
    question: byAddressMax,
    privateIp: "10.0.9.5",
    host: linux(once(90, 10, 300, 180), 50, {
      targets: [{ ...at("10.0.9.5"), prometheus: "east" }],
    }),
    strangers: [
      linux(once(90, 10, 300, 180), 50, {
        targets: [{ ...at("10.0.9.5"), prometheus: "west" }],
        silences: [[6_000, 120]],
      }),
    ],
  },
  {
    name: "known by another label since 40 s",
    truth: { cpu: 54, memory: 44 },
    exceptOn: {
      "victoria-metrics": {
        truth: unresolved,
        because: "its timestamp() is also of series that have ended",
      },
    },
    displayName: "inst-labelled-truth",
    host: linux(54, 44, {
      targets: [{ pod: "new" }],
      everySeconds: 60,
      newestSecondsAgo: 40,
      sinceSecondsAgo: 40,
    }),
    strangers: [
      linux(54, 44, {
        targets: [{ pod: "old" }],
        everySeconds: 60,
        newestSecondsAgo: 45,
        untilSecondsAgo: 42,
      }),
    ],
  },
  {
    name: "two servers scrape its Collector, whose states add up to more or less",
    truth: { cpu: 53, memory: 40 },
    displayName: "inst-collected-truth",
    host: summed("east", 6),
    strangers: [summed("west", 5)],
    warning: "scraped by more than one target",
  },
  {
    name: "two exporters, of which one counts shared memory as free",
    truth: { cpu: 52, memory: 65 },
    displayName: "inst-exporters-truth",
    host: linux(52, 65),
    strangers: [
      {
        ...linuxCollector(52, { used: 40, free: 10, cached: 50 }),
        targets: [{ job: "collector" }],
      },
    ],
  },
  {
    name: "one is scraped by two servers",
    truth: { cpu: 55, memory: 45 },
    question: byAddress,
    privateIp: "10.0.9.2",
    host: linux(55, 45, {
      targets: ["east", "west"].map((prometheus) => ({ ...at("10.0.9.2"), prometheus })),
    }),
    warning: "scraped by more than one target",
  },
  {
    name: "scraped by two jobs, one has ended",
    truth: { cpu: 56, memory: 46 },
    displayName: "inst-moved-truth",
    host: linux(56, 46, { targets: [{ instance: "inst-moved-truth:9100", job: "new" }] }),
    strangers: [
      linux(56, 46, {
        targets: [{ instance: "inst-moved-truth:9100", job: "old" }],
        untilSecondsAgo: 150,
      }),
    ],
  },
  {
    name: "CPU by one job, memory by another",
    truth: { cpu: 57, memory: 47 },
    displayName: "inst-split-truth",
    host: {
      ...linux(57, 47, { targets: [{ instance: "inst-split-truth:9100", job: "cpu" }] }),
      gauges: () => ({}),
    },
    strangers: [
      {
        ...linux(57, 47, { targets: [{ instance: "inst-split-truth:9100", job: "memory" }] }),
        modes: () => ({}),
      },
    ],
  },
  {
    name: "label in capital letters",
    truth: { cpu: 58, memory: 48 },
    displayName: "web-01",
    host: windows(58, 48, { targets: [{ instance: "WEB-01:9182", job: "windows" }] }),
  },
  {
    name: "display name in capital letters",
    truth: { cpu: 59, memory: 49 },
    displayName: "WEB-02",
    host: windows(59, 49, { targets: [{ instance: "web-02:9182", job: "windows" }] }),
  },
  ...(["core", "cpu", "mode"] as const).map(
    (label): HistoryCase => ({
      name: `its target has a label "${label}"`,
      truth: { cpu: 61, memory: 51 },
      displayName: `inst-${label}-truth`,
      host: linux(61, 51, {
        targets: [{ instance: `inst-${label}-truth:9100`, job: "node", [label]: "a" }],
      }),
    }),
  ),
];
