import type { HistoryCase } from "./history-case.ts";
import { linux, once, windows } from "./history-hosts.ts";

const stale = { cpu: "stale", memory: "stale" } as const;
const sinceFourMinutes = { silences: [[240, -1_000]] } as const;
const sinceSixMinutes = { silences: [[370, -1_000]] } as const;
const pushed = { comes: "pushed" } as const;
const gateway = { comes: "through a gateway" } as const;

/** A metric is as old as its newest sample, and one missed scrape is no death. */
export const freshnessCases: readonly HistoryCase[] = [
  {
    name: "pushed, alive",
    truth: { cpu: 21, memory: 31 },
    host: linux(21, 31, pushed),
  },
  {
    name: "pushed, died 4 min ago",
    truth: stale,
    host: linux(97, 92, { ...pushed, ...sinceFourMinutes }),
  },
  {
    name: "pushed, died 4 min ago, over an hour",
    truth: stale,
    question: { windowMinutes: 60 },
    host: linux(97, 92, { ...pushed, ...sinceFourMinutes }),
  },
  {
    name: "pushed, died 6 min ago, over an hour",
    truth: stale,
    question: { windowMinutes: 60 },
    host: linux(97, 92, { ...pushed, ...sinceSixMinutes }),
  },
  {
    name: "pushed, died 90 s ago",
    truth: stale,
    host: linux(96, 91, { ...pushed, silences: [[90, -1_000]] }),
  },
  {
    name: "pushed, died 4 min ago, max",
    truth: stale,
    question: { windowMinutes: 10, statistic: "max" },
    host: linux(97, 92, { ...pushed, ...sinceFourMinutes }),
  },
  {
    name: "its up says 1, died 4 min ago",
    truth: stale,
    host: linux(95, 90, { ...gateway, ...sinceFourMinutes }),
  },
  {
    name: "pushed Windows, died 4 min ago",
    truth: stale,
    host: windows(95, 90, { ...pushed, ...sinceFourMinutes }),
  },
  {
    name: "pushed each 2 min, 3 min ago",
    truth: { cpu: 24, memory: 34 },
    question: { windowMinutes: 20 },
    host: linux(24, 34, { ...pushed, everySeconds: 120, silences: [[180, -1_000]] }),
  },
  {
    name: "pushed each 2 min, 6 min ago",
    truth: stale,
    question: { windowMinutes: 20 },
    host: linux(24, 34, { ...pushed, everySeconds: 120, silences: [[350, -1_000]] }),
  },
  {
    name: "CPU silent for 4 min, memory isn't",
    truth: { cpu: "stale", memory: 36 },
    host: linux(94, 36, { ...gateway, cpuSilences: [[240, -1_000]] }),
  },
  {
    name: "memory silent for 4 min, CPU isn't",
    truth: { cpu: 26, memory: "stale" },
    host: linux(26, 93, { ...gateway, memorySilences: [[240, -1_000]] }),
  },
  {
    name: "its last scrape missed",
    truth: { cpu: 95, memory: 85 },
    host: linux(95, 85, { everySeconds: 60, newestSecondsAgo: 10, silences: [[20, -40]] }),
  },
  {
    name: "its last scrape missed, over an hour",
    truth: { cpu: 94, memory: 84 },
    question: { windowMinutes: 60 },
    host: linux(94, 84, { everySeconds: 60, newestSecondsAgo: 10, silences: [[20, -40]] }),
  },
  {
    name: "its last scrape missed, max",
    truth: { cpu: 94, memory: 84 },
    question: { windowMinutes: 10, statistic: "max" },
    host: linux(94, 84, { everySeconds: 60, newestSecondsAgo: 10, silences: [[20, -40]] }),
  },
  {
    name: "scrapes missed in the middle",
    truth: { cpu: 72, memory: 73 },
    host: linux(72, 73, { silences: [[200, 130]] }),
  },
  {
    name: "each 5 s, died a minute ago",
    truth: stale,
    host: linux(92, 82, {
      ...pushed,
      everySeconds: 5,
      newestSecondsAgo: 1,
      silences: [[60, -1_000]],
    }),
  },
  {
    name: "the only member, each 5 s, died 15 s ago, max",
    truth: stale,
    alone: true,
    question: { windowMinutes: 60, statistic: "max" },
    host: linux(92, 82, {
      ...pushed,
      everySeconds: 5,
      newestSecondsAgo: 1,
      silences: [[15, -1_000]],
    }),
  },
  {
    name: "the only member, CPU alone, max",
    truth: { cpu: 29, memory: "no_data" },
    alone: true,
    question: { windowMinutes: 60, statistic: "max" },
    host: windows(29, undefined, pushed),
  },
  {
    name: "came back 100 s ago, after 20 min",
    truth: { cpu: 74, memory: 75 },
    host: linux(once(74, 12, 110, -1_000), once(75, 13, 110, -1_000), {
      silences: [[1_300, 100]],
    }),
  },
  {
    name: "not scraped for 4 min",
    truth: { cpu: "target_down", memory: "target_down" },
    host: linux(93, 83, sinceFourMinutes),
  },
  {
    name: "not scraped for 4 min, over an hour",
    truth: { cpu: "target_down", memory: "target_down" },
    question: { windowMinutes: 60 },
    host: linux(93, 83, sinceFourMinutes),
  },
  {
    name: "memory and never CPU, window 1",
    truth: { cpu: "no_data", memory: 38 },
    question: { windowMinutes: 1 },
    host: { ...linux(0, 38), modes: () => ({}) },
  },
];
