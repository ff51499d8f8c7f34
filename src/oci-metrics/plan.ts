import { regionOf } from "../config/ocid.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { InvalidRequestError, SourceUnavailableError } from "../errors.ts";
import { groupBy } from "../group-by.ts";
import type { Instance, Places } from "../instance-manager/instance-pool.ts";
import {
  maximumStreams,
  metricNames,
  mostIds,
  mostStreams,
  type Question,
  type Subject,
  shortWindowMinutes,
} from "./queries.ts";

/** What is asked about a pool in each of the places where members of it live. */
export function questionsAbout(spec: PoolSpec, places: Places): readonly Question[] {
  const who = { dimension: "instancePoolId" as const, ids: [spec.instancePoolId], conditions: [] };
  return places.flatMap(([compartmentId, streams]) =>
    metricNames.map((metric) => ({ metric, spec, compartmentId, ...who, streams })),
  );
}

/**
 * Which of the pools are asked about before they are listed, and within what: for each metric, compartment,
 * window and statistic a question about up to ten pools, or one about every pool of the compartment where that
 * saves some. What is left out needs the members known first: it is larger than an answer, or its size
 * decides what its window is divided into.
 */
export function plan(
  questions: readonly Question[],
  mayAskEveryPool: (question: Question) => boolean,
): ReadonlyMap<PoolSpec, readonly Question[]> {
  const planned = new Map<PoolSpec, readonly Question[]>();
  for (const group of groupBy(questions.filter(isPlannable), alike).values()) {
    // A pool may be asked for in several ways.
    const pools = new Map(group.map((one) => [one.spec.instancePoolId, one]));
    const lists = listsOf([...pools.values()]);
    const all = together([...pools.values()]);
    const saves = all !== undefined && lists.length > 1 && all.streams <= mostStreams(all.spec);
    const every = saves && mayAskEveryPool(all) ? all : undefined;
    for (const list of lists) {
      const within = together(list, every);
      for (const one of list) pools.set(one.spec.instancePoolId, { ...one, within });
    }
    for (const { spec } of group) {
      const question = pools.get(spec.instancePoolId) ?? [];
      planned.set(spec, (planned.get(spec) ?? []).concat(question));
    }
  }
  return planned;
}

function isPlannable({ spec, streams }: Question): boolean {
  if (streams === 0) return spec.windowMinutes <= shortWindowMinutes;
  return streams <= maximumStreams;
}

/** What questions have in common that can be asked as one. */
export function alike({ metric, spec, compartmentId }: Subject): string {
  const { windowMinutes, statistic } = spec;
  return [metric, regionOf(spec), compartmentId, windowMinutes, statistic].join(" ");
}

/** Lists of what can be asked together: the OCIDs fit a query, and the streams an answer. */
function listsOf(questions: readonly Question[]): readonly (readonly Question[])[] {
  const lists: Question[][] = [];
  let streams = 0;
  for (const question of questions) {
    const list = lists.at(-1);
    streams += question.streams;
    if (list && list.length < mostIds && streams <= mostStreams(question.spec)) list.push(question);
    else {
      lists.push([question]);
      streams = question.streams;
    }
  }
  return lists;
}

/** The one question that a list of them is asked within; a single one needs none. */
function together(list: readonly Question[], within?: Question): Question | undefined {
  const [first, ...others] = list;
  if (first === undefined || others.length === 0) return within;
  const streams = list.reduce((sum, one) => sum + one.streams, 0);
  return { ...first, ids: list.flatMap(({ ids }) => ids), streams, within };
}

/** The one question about all of these pools that is asked in the place and the way of another; if one can be. */
export function aboutAll(other: Question, questions: readonly Question[]): Question | undefined {
  const { metric, compartmentId } = other;
  const there = questions.map((one) => ({ ...one, metric, compartmentId }));
  const same = there.filter((one) => isPlannable(one) && alike(one) === alike(other));
  const all = together([...new Map(same.map((one) => [one.spec.instancePoolId, one])).values()]);
  return all !== undefined && all.streams <= mostStreams(all.spec) ? all : undefined;
}

/** A question, and the members whose streams it is to find. */
export type Asked<M extends Instance> = readonly [Question, readonly M[]];

/** Whether what Monitoring refuses, or we can't read of its answer, may be too large, or about another pool. */
export function isRefusal(error: unknown): boolean {
  const isUnreadable = error instanceof SourceUnavailableError && !error.transient;
  return isUnreadable || error instanceof InvalidRequestError;
}

/** So few members are asked for by their own OCIDs, as lists of ten: at most five queries. */
const fewMembers = 50;

/**
 * What is asked when the service refused a question about a pool alone, if that can have been too large for an
 * answer: the same for the true number of members, where its window was divided for another; few members by their
 * own OCIDs, as any number of others may have been in the pool within the window; and more of them by domain.
 */
export function narrower<M extends Instance>([question, members]: Asked<M>): readonly Asked<M>[] {
  const isLong = question.spec.windowMinutes > shortWindowMinutes;
  if (isLong && question.streams !== members.length)
    return [[{ ...question, within: undefined, streams: members.length }, members]];
  // As many members again may be gone, and more.
  const isLarge = isLong || 4 * members.length > maximumStreams;
  if (!isLarge) return [];
  return members.length > fewMembers ? byDomain([question, members]) : byOcid([question, members]);
}

/** Ten to a question; no further. */
function byOcid<M extends Instance>([question, members]: Asked<M>): readonly Asked<M>[] {
  if (question.dimension === "resourceId") return [];
  const lists = Array.from({ length: Math.ceil(members.length / mostIds) }, (_, number) =>
    members.slice(number * mostIds, (number + 1) * mostIds),
  );
  return lists.map((own) => {
    const who = { dimension: "resourceId" as const, ids: own.map(({ id }) => id), conditions: [] };
    return [{ ...question, ...who, within: undefined, streams: own.length }, own];
  });
}

/** By availability domain, and what is of one already by fault domain; no further. */
export function byDomain<M extends Instance>([question, members]: Asked<M>): readonly Asked<M>[] {
  const dimension = (["availabilityDomain", "faultDomain"] as const)[question.conditions.length];
  if (dimension === undefined || members.some((member) => !member[dimension])) return [];
  return [...groupBy(members, (member) => member[dimension])].map(([value, group]) => {
    const conditions = [...question.conditions, `${dimension} = "${value}"`];
    return [{ ...question, within: undefined, conditions, streams: group.length }, group];
  });
}
