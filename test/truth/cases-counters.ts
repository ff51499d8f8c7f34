import type { HistoryCase } from "./history-case.ts";
import { freeBsd, linux, linuxModes, macOs, once, windows } from "./history-hosts.ts";

/** Its load, or that its counters can't tell it; a wrong number is the one thing that it isn't. */
const orNot = (percent: number) => [percent, "not_a_number"] as const;

const fall = (mode: string, by: number, secondsAgo = 120) => ({
  falls: [{ secondsAgo, mode, by }],
  spentBefore: { [mode]: 30_000 },
});
/** Nearly idle for days, and so busy for an hour and more. */
const lately = (percent: number) => once(percent, 2, 5_000, -1_000);
const hour = { windowMinutes: 60 };
/** Hardly any of it: what it falls by isn't made up for by the next sample. */
const trace = 0.0001;
const noIowait = { user: 0.6, system: 0.05, iowait: trace, steal: 0, nice: 0, idle: 0.35 - trace };
const noSteal = { ...noIowait, iowait: 0, steal: trace };
const noIdle = { user: 0.9, system: 0.1 - trace, iowait: 0, steal: 0, nice: 0, idle: trace };
const noUser = { user: 0.01, system: 0.02, iowait: 0, steal: 0, nice: 0, idle: 0.97 };

/** Counters that disagree are no counters, a share needs all of its parts, what can't be is none. */
export const counterCases: readonly HistoryCase[] = [
  {
    name: "iowait falls by 0.02 s",
    truth: { cpu: orNot(65), memory: 41 },
    host: linuxModes(noIowait, 41, fall("iowait", 0.02)),
  },
  {
    name: "idle falls by 0.01 s",
    truth: { cpu: orNot(100), memory: 43 },
    host: linuxModes(noIdle, 43, fall("idle", 0.01)),
  },
  {
    name: "user falls by 1 s",
    truth: { cpu: orNot(3), memory: 44 },
    host: linuxModes(noUser, 44, fall("user", 1)),
  },
  {
    name: "steal falls by 0.5 s",
    truth: { cpu: orNot(65), memory: 45 },
    host: linuxModes(noSteal, 45, fall("steal", 0.5, 60)),
  },
  {
    name: "iowait falls, over an hour",
    truth: { cpu: orNot(65), memory: 46 },
    question: hour,
    host: linuxModes(noIowait, 46, fall("iowait", 0.02)),
  },
  ...(["max", "min", "p95"] as const).map(
    (statistic): HistoryCase => ({
      name: `iowait falls, over an hour, ${statistic}`,
      truth: { cpu: orNot(65), memory: 46 },
      question: { ...hour, statistic },
      host: linuxModes(noIowait, 46, fall("iowait", 0.02, 700)),
    }),
  ),
  {
    name: "a CPU was offline",
    truth: { cpu: [35, "not_a_number"], memory: 47 },
    host: linux(lately(35), 47, { offline: [200, 100] }),
  },
  {
    name: "a CPU was offline, over an hour",
    truth: { cpu: [36, "not_a_number"], memory: 48 },
    question: hour,
    host: linux(lately(36), 48, { offline: [900, 400] }),
  },
  {
    name: "only idle is kept",
    truth: { cpu: orNot(90), memory: 49 },
    warning: "CPU mode(s) user, nice, system, irq, softirq, steal, iowait",
    host: linuxModes({ idle: 0.1 }, 49),
  },
  {
    name: "only idle is kept, over an hour, max",
    truth: { cpu: orNot(90), memory: 49 },
    question: { ...hour, statistic: "max" },
    host: linuxModes({ idle: 0.1 }, 49),
  },
  {
    name: "only idle is kept, nearly idle but for bursts, max",
    truth: { cpu: "not_a_number", memory: 49 },
    question: { windowMinutes: 60, statistic: "max" },
    host: {
      ...linuxModes({}, 49),
      modes: ({ clock }) => ({ idle: clock % 600 < 120 ? 0.2 : 0.98 }),
    },
  },
  {
    name: "user isn't kept, busy for two minutes of ten, max",
    truth: { cpu: 90, memory: 50 },
    question: { windowMinutes: 60, statistic: "max" },
    host: {
      ...linuxModes({}, 50),
      modes: ({ clock }) => ({
        ...{ nice: 0, system: 0.1, irq: 0, softirq: 0, steal: 0, iowait: 0.1 },
        idle: clock % 600 < 120 ? 0 : 0.5,
      }),
    },
  },
  {
    name: "idle isn't kept",
    truth: { cpu: orNot(30), memory: 50 },
    host: linuxModes({ user: 0.25, system: 0.05, nice: 0, iowait: 0.1, steal: 0 }, 50),
  },
  {
    name: "steal isn't kept, and takes 30 %",
    truth: { cpu: orNot(50), memory: 51 },
    host: linuxModes({ user: 0.15, system: 0.05, nice: 0, iowait: 0.1, idle: 0.4 }, 51),
  },
  {
    name: "nice isn't kept, and takes 40 %",
    truth: { cpu: orNot(60), memory: 52 },
    host: linuxModes({ user: 0.15, system: 0.05, steal: 0, iowait: 0.05, idle: 0.35 }, 52),
  },
  {
    name: "iowait isn't kept, and takes 30 %",
    truth: { cpu: orNot(30), memory: 53 },
    host: linuxModes({ user: 0.25, system: 0.05, nice: 0, steal: 0, idle: 0.4 }, 53),
  },
  {
    name: "more memory available than there is",
    truth: { cpu: 22, memory: "not_a_number" },
    warning: "more memory available than there is",
    host: linux(22, -50),
  },
  {
    name: "… and for some samples only",
    truth: { cpu: 23, memory: "not_a_number" },
    host: linux(23, ({ ago }) => (ago > 120 && ago <= 150 ? -50 : 30)),
  },
  {
    name: "FreeBSD, where interrupts take 35 %",
    truth: { cpu: 60, memory: [44, "no_data"] },
    host: freeBsd({ user: 0.2, system: 0.05, nice: 0, interrupt: 0.35, idle: 0.4 }, 44),
  },
  {
    name: "macOS, which knows four modes",
    truth: { cpu: 27, memory: 39 },
    host: macOs({ user: 0.2, system: 0.07, nice: 0, idle: 0.73 }, 39),
  },
  {
    name: "stolen time is idle, but not kept",
    truth: { cpu: orNot(20), memory: 54 },
    question: { prometheus: { steal: "idle" } },
    host: linuxModes({ user: 0.15, system: 0.05, nice: 0, iowait: 0.1, idle: 0.4 }, 54),
  },
  {
    name: "Windows, of which only idle is kept",
    truth: { cpu: orNot(84), memory: 56 },
    host: { ...windows(84, 56), modes: () => ({ idle: 0.16 }) },
  },
  {
    name: "pushed Windows without memory",
    truth: { cpu: 28, memory: "no_data" },
    host: windows(28, undefined, { comes: "pushed" }),
  },
  {
    name: "a reboot, over an hour",
    // Two thirds of the hour at 80 %, a third at 20 %.
    truth: { cpu: 60, memory: 55 },
    question: hour,
    host: linux(({ ago }) => (ago > 1_200 ? 80 : 20), 55, { rebootsSecondsAgo: [1_200] }),
  },
];
