import type { HistoryCase } from "./history-case.ts";
import { bursts, filesCached, linux, once, ramp, resized } from "./history-hosts.ts";

const fiveHours = { windowMinutes: 300 };
const day = { windowMinutes: 1440 };
const hour = { windowMinutes: 60 };
const sinceFiveHours = { sinceSecondsAgo: 19_000, everySeconds: 30 };
const sinceYesterday = { sinceSecondsAgo: 90_000, everySeconds: 60 };
const tenMinutes = (high: number, low: number) => once(high, low, 12_000, 11_400);
const rising = ramp(0, 60, 3_600, 0);
const risingMemory = ramp(20, 80, 3_600, 0);

/** Every sample counts, and a statistic means the same in every window and at any interval. */
export const statisticCases: readonly HistoryCase[] = [
  {
    name: "75 s of each 5 min, over 5 hours",
    truth: { cpu: 32.5, memory: 37.5 },
    question: fiveHours,
    host: linux(bursts(100, 10, 75, 300), bursts(90, 20, 75, 300), {
      sinceSecondsAgo: 19_000,
    }),
  },
  {
    name: "half of each 5 min, over 5 hours, p95",
    truth: { cpu: 80, memory: 90 },
    question: { ...fiveHours, statistic: "p95" },
    host: linux(bursts(80, 10, 150, 300), bursts(90, 20, 150, 300), sinceFiveHours),
  },
  {
    name: "half of each 5 min, over 5 hours, min",
    truth: { cpu: 10, memory: 20 },
    question: { ...fiveHours, statistic: "min" },
    host: linux(bursts(80, 10, 150, 300), bursts(90, 20, 150, 300), sinceFiveHours),
  },
  {
    name: "a third of each half minute, each 5 s",
    truth: { cpu: 40, memory: 40 },
    host: linux(bursts(90, 15, 10, 30), bursts(90, 15, 10, 30), {
      everySeconds: 5,
      newestSecondsAgo: 2,
    }),
  },
  {
    name: "two minutes of five, max",
    truth: { cpu: 90, memory: 95 },
    question: { statistic: "max" },
    host: linux(once(90, 10, 210, 80), once(95, 20, 210, 80)),
  },
  {
    name: "… each minute, max",
    truth: { cpu: 90, memory: 95 },
    question: { windowMinutes: 10, statistic: "max" },
    host: linux(once(90, 10, 400, 210), once(95, 20, 400, 210), {
      everySeconds: 60,
      newestSecondsAgo: 15,
    }),
  },
  {
    name: "two minutes of an hour, max",
    truth: { cpu: 85, memory: 75 },
    question: { ...hour, statistic: "max" },
    host: linux(once(85, 10, 2_000, 1_870), once(75, 20, 2_000, 1_870)),
  },
  {
    name: "two minutes of an hour, min",
    truth: { cpu: 10, memory: 20 },
    question: { ...hour, statistic: "min" },
    host: linux(once(10, 85, 2_000, 1_870), once(20, 75, 2_000, 1_870)),
  },
  {
    name: "ten minutes of a day, max",
    truth: { cpu: 100, memory: 95 },
    question: { ...day, statistic: "max" },
    host: linux(tenMinutes(100, 10), tenMinutes(95, 20), sinceYesterday),
  },
  {
    name: "old kernel, what is free becomes cache, max",
    truth: { cpu: 30, memory: 20 },
    question: { statistic: "max" },
    host: filesCached(30, 20),
  },
  {
    name: "old kernel, what is free becomes cache, min",
    truth: { cpu: 30, memory: 20 },
    question: { statistic: "min", windowMinutes: 10 },
    host: filesCached(30, 20),
  },
  {
    name: "ten minutes of a day, mean",
    truth: { cpu: 10.6, memory: 20.5 },
    question: day,
    host: linux(tenMinutes(100, 10), tenMinutes(95, 20), sinceYesterday),
  },
  {
    name: "ten minutes of a day, p95",
    truth: { cpu: 10, memory: 20 },
    question: { ...day, statistic: "p95" },
    host: linux(tenMinutes(100, 10), tenMinutes(95, 20), sinceYesterday),
  },
  {
    name: "ten minutes less of a day, min",
    truth: { cpu: 3, memory: 5 },
    question: { ...day, statistic: "min" },
    host: linux(tenMinutes(3, 40), tenMinutes(5, 50), sinceYesterday),
  },
  {
    name: "26 minutes old, over a day",
    // 2 minutes at 100 %, 24 at 10 %.
    truth: { cpu: 16.9, memory: 33 },
    question: day,
    createdSecondsAgo: 1_570,
    host: linux(({ ago }) => (ago > 1_440 ? 100 : 10), 33, {
      sinceSecondsAgo: 1_560,
      uptimeSeconds: 10,
      spentBefore: { idle: 4 },
    }),
  },
  {
    name: "a ramp, over an hour",
    truth: { cpu: 30, memory: 50 },
    question: hour,
    host: linux(rising, risingMemory),
  },
  {
    name: "a ramp, over an hour, max",
    truth: { cpu: 59.5, memory: 80 },
    question: { ...hour, statistic: "max" },
    host: linux(rising, risingMemory),
  },
  {
    name: "a ramp, over an hour, p95",
    truth: { cpu: 57, memory: 77 },
    question: { ...hour, statistic: "p95" },
    host: linux(rising, risingMemory),
  },
  {
    name: "each 150 s, over an hour, max",
    truth: { cpu: 80, memory: 70 },
    question: { ...hour, statistic: "max" },
    host: linux(once(80, 20, 1_500, 700), once(70, 30, 1_500, 700), {
      everySeconds: 150,
      newestSecondsAgo: 40,
    }),
  },
  {
    name: "each 150 s, over an hour",
    truth: { cpu: 31, memory: 62 },
    question: hour,
    host: linux(31, 62, { everySeconds: 150, newestSecondsAgo: 40 }),
  },
  {
    name: "each 150 s, over 8 minutes",
    truth: { cpu: 32, memory: 63 },
    question: { windowMinutes: 8 },
    host: linux(32, 63, { everySeconds: 150, newestSecondsAgo: 40 }),
  },
  {
    name: "each 15 s, over 2 minutes",
    truth: { cpu: 34, memory: 65 },
    question: { windowMinutes: 2 },
    host: linux(34, 65),
  },
  {
    name: "each 150 s, over 2 minutes",
    truth: { cpu: "no_data", memory: "no_data" },
    warning: "the shortest window that works is 5 minute(s)",
    question: { windowMinutes: 2 },
    host: linux(33, 64, { everySeconds: 150, newestSecondsAgo: 20 }),
  },
  {
    name: "more memory since half an hour, over an hour, by name",
    truth: { cpu: 35, memory: 25 },
    question: { ...hour, prometheus: { exporter: "node" } },
    host: resized(35, 1_800),
  },
  {
    name: "more memory since half a day, over a day",
    truth: { cpu: 36, memory: 25 },
    question: day,
    host: resized(36, 43_200, sinceYesterday),
  },
  {
    name: "more memory since half a day, over a day, max",
    truth: { cpu: 37, memory: 50 },
    question: { ...day, statistic: "max" },
    host: resized(37, 43_200, { ...sinceYesterday, everySeconds: 15 }),
  },
];
