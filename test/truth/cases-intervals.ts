import type { HistoryCase } from "./history-case.ts";
import type { HistoryHost } from "./history-host.ts";
import { linux } from "./history-hosts.ts";

const max = (windowMinutes: number) => ({ statistic: "max", windowMinutes }) as const;

/** Of samples that come more often, leaves one each minute, the newest 40 s ago; until so many minutes ago all. */
const eachMinute = (untilMinutesAgo: number): NonNullable<HistoryHost["silences"]> =>
  Array.from({ length: untilMinutesAgo + 5 }, (_, index) => {
    const age = 60 * (index - 5);
    return [age + 39, age - 19] as const;
  });

const slower = { comes: "pushed", newestSecondsAgo: 10, silences: eachMinute(4) } as const;
const rareCpu = (until: HistoryHost["silences"]) =>
  ({ comes: "pushed", everySeconds: 10, newestSecondsAgo: 0, cpuSilences: until }) as const;
const diedInTheEnd = [
  [615, 450],
  [420, 290],
  [240, -1_000],
] as const;
const onlyOne = [
  [560, 260],
  [240, -1_000],
] as const;
const byFirstServer = { everySeconds: 60, newestSecondsAgo: 21 } as const;
const bySecondServer = { everySeconds: 60, newestSecondsAgo: 20, uptimeSeconds: 500_001 } as const;

/** How often samples come is seen of the metric itself, whoever writes it, and whatever changes. */
export const intervalCases: readonly HistoryCase[] = [
  {
    name: "two servers write its series, a second apart",
    truth: { cpu: 62, memory: 52 },
    host: linux(62, 52, byFirstServer),
    strangers: [linux(62, 52, bySecondServer)],
  },
  {
    name: "two servers write its series, max",
    truth: { cpu: 63, memory: 53 },
    question: max(10),
    host: linux(63, 53, byFirstServer),
    strangers: [linux(63, 53, bySecondServer)],
  },
  {
    name: "each 15 s, and since 4 min each minute",
    truth: { cpu: 64, memory: 54 },
    host: linux(64, 54, slower),
  },
  {
    name: "each 15 s, and since 4 min each minute, max",
    truth: { cpu: 65, memory: 55 },
    question: max(10),
    host: linux(65, 55, slower),
  },
  {
    name: "CPU each minute, memory each 10 s",
    truth: { cpu: 66, memory: 56 },
    host: linux(66, 56, rareCpu(eachMinute(90))),
  },
  {
    name: "CPU each minute, memory each 10 s, max",
    truth: { cpu: 67, memory: 57 },
    question: max(10),
    host: linux(67, 57, rareCpu(eachMinute(90))),
  },
  {
    name: "CPU each minute until 4 min ago, memory each 10 s",
    truth: { cpu: "stale", memory: 58 },
    host: linux(94, 58, rareCpu([...eachMinute(90), [240, -1_000]])),
  },
  {
    name: "silent for minutes, twice, and died 4 min ago",
    truth: { cpu: "stale", memory: "stale" },
    question: { windowMinutes: 10 },
    host: linux(94, 94, { comes: "pushed", silences: diedInTheEnd }),
  },
  {
    name: "one sample in the window, 4 min ago",
    truth: { cpu: "no_data", memory: "no_data" },
    host: linux(94, 94, { comes: "pushed", silences: onlyOne }),
  },
  {
    name: "CPU silent for 4 min, memory isn't, max",
    truth: { cpu: "stale", memory: 59 },
    question: max(10),
    host: linux(94, 59, { comes: "through a gateway", cpuSilences: [[240, -1_000]] }),
  },
];
