import type { Statistic } from "../../src/config/pool-spec.ts";
import type { Case } from "./case.ts";

/** The samples of a minute that began so many whole minutes before the running one, which is 0. */
export type SamplesByAge = (age: number) => readonly number[];

interface Streams {
  readonly cpu?: SamplesByAge;
  readonly memory?: SamplesByAge;
}

/** A member of an emulated pool, and what the agent on it emits. */
export interface MemberCase extends Case, Streams {
  /** What is asked of its pool. @default the mean of five minutes */
  readonly asked?: { readonly windowMinutes: number; readonly statistic?: Statistic };
  /** How many others are in its pool: with 70, a day's minutes don't fit into an answer. */
  readonly companions?: number;
  /** @default long ago */
  readonly createdMinutesAgo?: number;
  /** It was called otherwise, and emitted this as that. */
  readonly renamedFrom?: Streams;
  /** It was in no pool, and emitted this as that. */
  readonly attachedFrom?: Streams;
  /** It lives in another compartment than its pool. */
  readonly elsewhere?: boolean;
  /** The instancePoolId that its metrics carry. @default its pool's OCID */
  readonly instancePoolDimension?: string;
}

/** Six samples as unequal as real ones are, whose mean is `mean` and whose maximum is 10 over it. */
const around =
  (mean: number): SamplesByAge =>
  () =>
    [-6, 4, 10, -2, -4, -2].map((deviation) => mean + deviation);

/** Only the minutes whose age is in the list. */
const only =
  (ages: readonly number[], samples: SamplesByAge): SamplesByAge =>
  (age) =>
    ages.includes(age) ? samples(age) : [];

/** The window is the five minutes of the ages 5 to 1. */
export const memberCases: readonly MemberCase[] = [
  {
    name: "plain member",
    truth: { cpu: 40, memory: 52 },
    cpu: around(40),
    memory: around(52),
  },
  {
    name: "load that rises and falls",
    truth: { cpu: 50, memory: 70 },
    cpu: minutes([20, 32, 74, 56, 68]),
    memory: minutes([50, 60, 80, 85, 75]),
  },
  {
    name: "gap in the middle",
    truth: { cpu: 47, memory: 62 },
    cpu: only([5, 4, 1], around(47)),
    memory: only([5, 2, 1], around(62)),
  },
  {
    name: "silent member",
    truth: { cpu: "no_data", memory: "no_data" },
  },
  {
    name: "silent about memory only",
    truth: { cpu: 16, memory: "no_data" },
    cpu: around(16),
  },
  {
    name: "newest point is old",
    truth: { cpu: "stale", memory: "stale" },
    cpu: only([6, 5, 4], around(76)),
    memory: only([6, 5, 4], around(81)),
  },
  {
    name: "created 2 minutes ago, no data yet",
    truth: { cpu: "warming_up", memory: "warming_up" },
    createdMinutesAgo: 2,
  },
  {
    name: "renamed in the window",
    // Three minutes under the old name, two under the new one.
    truth: { cpu: 30, memory: 66 },
    renamedFrom: { cpu: only([5, 4, 3], around(10)), memory: only([5, 4, 3], around(60)) },
    cpu: only([2, 1, 0], around(60)),
    memory: only([2, 1, 0], around(75)),
  },
  {
    name: "lives in another compartment",
    truth: { cpu: 55, memory: 33 },
    elsewhere: true,
    cpu: around(55),
    memory: around(33),
  },
  {
    name: 'attached later, pool dimension "Default"',
    truth: { cpu: 34, memory: 44 },
    instancePoolDimension: "Default",
    cpu: around(34),
    memory: around(44),
  },
  {
    name: "created by itself 8 minutes ago, attached since",
    truth: { cpu: 64, memory: 34 },
    createdMinutesAgo: 8,
    instancePoolDimension: "Default",
    cpu: only([7, 6, 5, 4, 3, 2, 1], around(64)),
    memory: only([7, 6, 5, 4, 3, 2, 1], around(34)),
  },
  {
    name: "attached in the window, busy until then",
    truth: { cpu: 58, memory: 60 },
    attachedFrom: { cpu: only([5, 4, 3], around(90)), memory: only([5, 4, 3], around(80)) },
    cpu: only([2, 1, 0], around(10)),
    memory: only([2, 1, 0], around(30)),
  },
  {
    name: "over 100 % in one minute",
    truth: { cpu: "not_a_number", memory: 34 },
    warning: "CpuUtilization of 1 member(s) is outside of 0–100 %",
    cpu: (age) => around(age === 3 ? 180 : 20)(age),
    memory: around(34),
  },
  {
    name: "below 0, and a mean that looks right",
    truth: { cpu: 20, memory: "not_a_number" },
    warning: "MemoryUtilization of 1 member(s) is outside of 0–100 %",
    cpu: around(20),
    memory: (age) => around(age === 3 ? -20 : 50)(age),
  },
  {
    name: "unfinished newest minutes",
    truth: { cpu: 25, memory: 38 },
    cpu: unfinished(25),
    memory: unfinished(38),
  },
];

/** The means of the window's minutes, oldest first; before and after them it stays as it was. */
function minutes(means: readonly number[]): SamplesByAge {
  return (age) => {
    const nearest = means.at(Math.min(Math.max(means.length - age, 0), means.length - 1));
    return nearest === undefined ? [] : around(nearest)(age);
  };
}

/** The running minute has begun with a spike, and of the one before only a part has arrived. */
function unfinished(mean: number): SamplesByAge {
  return (age) => {
    if (age === 0) return [99];
    return age === 1 ? [mean - 3, mean + 3] : around(mean)(age);
  };
}
