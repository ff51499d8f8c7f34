import type { MemberCase, SamplesByAge } from "./cases-oci.ts";

const day = 1440;

/** One value in the minutes that are so old, and another in all others. */
const where =
  (isSo: (age: number) => boolean, value: number, otherwise: number): SamplesByAge =>
  (age) =>
    Array.from({ length: 6 }, () => (isSo(age) ? value : otherwise));

const steady = (value: number) => where(() => true, value, value);

/** Nothing from before the member was there, or after it fell silent. */
const between =
  (oldest: number, newest: number, samples: SamplesByAge): SamplesByAge =>
  (age) =>
    age <= oldest && age >= newest ? samples(age) : [];

const burst = {
  cpu: where((age) => age > 700 && age <= 710, 100, 10),
  memory: where((age) => age > 700 && age <= 710, 95, 20),
};
/** 26 minutes old: two at 100 %, 24 at 10 %. */
const young = {
  createdMinutesAgo: 26,
  cpu: between(
    26,
    0,
    where((age) => age > 24, 100, 10),
  ),
  memory: between(
    26,
    0,
    where((age) => age > 24, 100, 10),
  ),
};
/** Loaded for 70 of every 300 seconds. */
const inStep: SamplesByAge = (age) => {
  const minute = age % 5;
  return Array.from({ length: 6 }, (_, sample) =>
    minute === 0 || (minute === 1 && sample === 0) ? 90 : 20,
  );
};

/** In a pool that one-minute intervals of a day fit for, and in one that they don't. */
const inPoolsOfAnySize = (one: MemberCase, companions = 600): readonly MemberCase[] => [
  { ...one, name: `${one.name}, small pool` },
  { ...one, name: `${one.name}, large pool`, companions },
];

/** Members that are asked for over other windows than the default, or for another statistic. */
export const windowCases: readonly MemberCase[] = [
  ...inPoolsOfAnySize({
    name: "a day, 26 minutes old",
    asked: { windowMinutes: day },
    truth: { cpu: 16.9, memory: 16.9 },
    ...young,
  }),
  ...inPoolsOfAnySize({
    name: "an hour, streams that are older than the member",
    asked: { windowMinutes: 60 },
    truth: { cpu: 10, memory: 20 },
    createdMinutesAgo: 20,
    cpu: where((age) => age > 21, 100, 10),
    memory: where((age) => age > 21, 95, 20),
  }),
  ...inPoolsOfAnySize({
    name: "a day, silent for 23 minutes",
    asked: { windowMinutes: day },
    truth: { cpu: "stale", memory: "stale" },
    cpu: between(day, 24, steady(70)),
    memory: between(day, 24, steady(70)),
  }),
  ...inPoolsOfAnySize({
    name: "a day, silent for 3 minutes about CPU only",
    asked: { windowMinutes: day },
    truth: { cpu: "stale", memory: 30 },
    cpu: between(day, 4, steady(70)),
    memory: steady(30),
  }),
  ...inPoolsOfAnySize({
    name: "a day, ten minutes of load",
    asked: { windowMinutes: day },
    truth: { cpu: 10.6, memory: 20.5 },
    ...burst,
  }),
  ...inPoolsOfAnySize({
    name: "maximum of a day, ten minutes of load",
    asked: { windowMinutes: day, statistic: "max" },
    truth: { cpu: 100, memory: 95 },
    ...burst,
  }),
  ...inPoolsOfAnySize(
    {
      name: "p90 of a day, loaded a fifth of its minutes",
      asked: { windowMinutes: day, statistic: "p90" },
      truth: { cpu: 80, memory: 60 },
      cpu: where((age) => age % 5 === 0, 80, 10),
      memory: where((age) => age % 5 === 0, 60, 10),
    },
    75,
  ),
  {
    name: "300 minutes, loaded in step with the clock",
    asked: { windowMinutes: 300 },
    truth: { cpu: 36.3, memory: 36.3 },
    cpu: inStep,
    memory: inStep,
  },
  {
    name: "an hour, attached after 8 minutes, busy until then",
    asked: { windowMinutes: 60 },
    truth: { cpu: 22, memory: 32 },
    attachedFrom: { cpu: between(60, 53, steady(100)), memory: between(60, 53, steady(45)) },
    cpu: between(52, 0, steady(10)),
    memory: between(52, 0, steady(30)),
  },
  {
    name: "1439 minutes, which no interval divides",
    asked: { windowMinutes: 1439 },
    companions: 600,
    truth: { cpu: 10.6, memory: 20.5 },
    ...burst,
  },
  {
    name: "one minute",
    asked: { windowMinutes: 1 },
    truth: { cpu: 33, memory: 44 },
    cpu: steady(33),
    memory: steady(44),
  },
  {
    name: "two minutes, not published yet",
    asked: { windowMinutes: 2 },
    truth: { cpu: "no_data", memory: "no_data" },
    warning: "the shortest window that works is 3 minutes",
    cpu: between(day, 3, steady(33)),
    memory: between(day, 3, steady(44)),
  },
];
