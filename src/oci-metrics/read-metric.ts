import type { PoolSpec } from "../config/pool-spec.ts";
import { toUtilizationError, type UtilizationError } from "../errors.ts";
import { groupBy } from "../group-by.ts";
import { type Instance, isYoungerThan, placesOf } from "../instance-manager/instance-pool.ts";
import type { InstanceMetrics } from "../result/pool-metrics.ts";
import type { Reading } from "../result/reading.ts";
import type { TimeWindow } from "../result/time-window.ts";
import { noDataHint } from "./findings.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { type Asked, byDomain, isRefusal, narrower, questionsAbout } from "./plan.ts";
import {
  isPercentile,
  maximumStreams,
  metricNames,
  newestMinutes,
  type Question,
} from "./queries.ts";
import { type Intervals, readingOf } from "./streams.ts";

/** So many members are asked for one by one, and as many more as long as any is found. */
const silentAtOnce = 50;
/** Nothing is published yet of a member that was created so short a time ago. */
const unpublishedMinutes = 2;
/** A member that was created in the pool has its first point by then; three minutes were seen. */
const firstPointMinutes = 5;

/** One metric of a member, and what is known of it. */
interface Member extends Instance {
  readonly metric: Question["metric"];
  readonly points: Intervals[];
  reading: Reading;
  /** What a query about it failed with. */
  failure?: UtilizationError;
}

/**
 * Reads both metrics of a pool's members, beginning with the questions that were planned for it: by the pool,
 * and then of those that nothing recent is known of, or nothing early, by their own OCIDs, as the metrics of
 * an instance that was attached later may name no pool yet, or another. A query that fails costs only its own
 * members their reading.
 */
export async function readMembers(
  batch: MetricsBatch,
  spec: PoolSpec,
  instances: readonly Instance[],
  planned: readonly Question[],
): Promise<InstanceMetrics> {
  const window = batch.windowOf(spec);
  const members = instances.flatMap((one) =>
    metricNames.map((metric): Member => ({ ...one, metric, points: [], reading: "no_data" })),
  );
  // Only the members show where they live. Who moved has some points where nobody lives any more.
  const known = new Set(planned.map(placeOf));
  const others = questionsAbout(spec, placesOf(instances)).filter(
    (one) => !known.has(placeOf(one)),
  );
  const questions = [...planned, ...others.map((one) => batch.found(one))];
  const places = groupBy(members, placeOf);
  const asked = questions.map((one) => ask([one, places.get(placeOf(one)) ?? []], batch, members));
  await Promise.all(asked);
  for (const member of members)
    member.reading = member.failure
      ? "query_failed"
      : readingOf(member, member.points, spec, window);
  // Means and extremes of longer intervals are those of their minutes.
  const ranked = isPercentile(spec.statistic) ? members.flatMap(({ points }) => points) : [];
  const warnings = [...(await readSilent(batch, spec, members)), ...warningsOf(spec, members)];
  const readings = [...groupBy(members, ({ id }) => id)].map(([id, [cpu, memory]]) => {
    return [id, { cpu: cpu.reading, memory: memory?.reading ?? "no_data" }] as const;
  });
  return {
    window,
    resolutionSeconds: 60 * ranked.reduce((most, { minutes }) => Math.max(most, minutes), 1),
    readings: new Map(readings),
    warnings,
    hint: noDataHint,
    failures: [...new Set(members.flatMap(({ failure }) => failure ?? []))],
  };
}

function placeOf({ metric, compartmentId }: Pick<Question, "metric" | "compartmentId">): string {
  return `${metric} ${compartmentId}`;
}

function* warningsOf({ windowMinutes }: PoolSpec, members: readonly Member[]): Generator<string> {
  for (const [metric, own] of groupBy(members, (member) => member.metric)) {
    const count = (reason: Reading) => own.filter(({ reading }) => reading === reason).length;
    const [impossible, silent] = [count("not_a_number"), count("no_data")];
    if (impossible > 0)
      yield `${metric} of ${impossible} member(s) is outside of 0–100 %, and no percentage`;
    if (silent > 0 && windowMinutes < newestMinutes)
      yield `${silent} member(s) have no ${metric} in ${windowMinutes} minute(s), which may not be published yet; the shortest window that works is ${newestMinutes} minutes`;
  }
}

/** Asks a question, or what there is to ask instead if it is too large, or the service refuses it. */
async function ask(
  asked: Asked<Member>,
  batch: MetricsBatch,
  members: readonly Member[],
): Promise<void> {
  const [question, own] = asked;
  let instead = question.streams > maximumStreams ? byDomain(asked) : [];
  try {
    const answer = instead.length === 0 ? await batch.answer(question) : undefined;
    // Of all members: who moved within the window has some points in either place.
    for (const { id, metric, points } of members)
      if (metric === question.metric) points.push(...(answer?.get(id.toLowerCase()) ?? []));
  } catch (error) {
    instead = isRefusal(error) ? narrower(asked) : [];
    if (instead.length === 0) for (const one of own) one.failure = toUtilizationError(error);
  }
  await Promise.all(instead.map((one) => ask(one, batch, members)));
}

/** Whether nothing recent is known of a member, though it may have been published. */
function isSilent(member: Member, { end }: TimeWindow): boolean {
  const { reading } = member;
  const isUnheard = reading === "no_data" || reading === "stale" || reading === "warming_up";
  return isUnheard && !isYoungerThan(member, unpublishedMinutes, end);
}

/** Whether nothing is known of a member's first minutes in the window: it may have been in no pool yet. */
function beginsLate({ timeCreated, points, reading }: Member, { start }: TimeWindow): boolean {
  const published = Date.parse(timeCreated ?? "") + firstPointMinutes * 60_000;
  const from = Math.max(start.getTime(), published || 0);
  // An interval's time may be its end.
  const isLate = (at: number, minutes: number) => at - from > minutes * 60_000;
  return (
    typeof reading === "number" &&
    points.every(({ times, minutes }) => times.every((at) => isLate(at, minutes)))
  );
}

/**
 * Reads by their own OCIDs those that count and that their pool's metrics may not name: some in any case, and more
 * as long as any is found, as a large pool whose agents are off would only use up the tenancy's queries.
 */
async function readSilent(batch: MetricsBatch, spec: PoolSpec, members: readonly Member[]) {
  const window = batch.windowOf(spec);
  const counted = members.filter((one) => !isYoungerThan(one, spec.warmupMinutes, batch.now));
  const silent = counted.filter((member) => isSilent(member, window));
  const late = counted.filter((member) => beginsLate(member, window));
  const waiting = [...groupBy([...silent, ...late], ({ id }) => id).values()];
  const warnings = new Set<string>();
  const isLate = ({ reading }: Member) => typeof reading === "number";
  /** Whether the member is found to have another reading. */
  const isFound = async (member: Member): Promise<boolean> => {
    const { id, metric, compartmentId, reading } = member;
    try {
      const answer = await batch.member(id, { metric, spec, compartmentId });
      const points = answer.get(id.toLowerCase());
      if (points !== undefined) member.reading = readingOf(member, points, spec, window);
      return member.reading !== reading;
    } catch (thrown) {
      const error = toUtilizationError(thrown);
      if (!isLate(member)) member.reading = "query_failed";
      // That a member was not found in a second way, either, is no failure of the pool's metrics.
      if (error.retryable) member.failure = error;
      else warnings.add(error.message);
      return false;
    }
  };
  for (let isAnyFound = true; isAnyFound && waiting.length > 0; ) {
    const next = waiting.splice(0, silentAtOnce).flat();
    const again = next.filter(isLate).slice(0, batch.lateLeft);
    const asked = [...next.filter((member) => !isLate(member)), ...again];
    batch.lateLeft -= again.length;
    const found = await Promise.all(asked.map(isFound));
    batch.lateLeft += again.filter((member) => found[asked.indexOf(member)]).length;
    isAnyFound = found.includes(true);
  }
  const rest = waiting.filter(([{ reading }]) => typeof reading !== "number").length;
  if (rest > 0) warnings.add(`${rest} silent members were not asked for one by one`);
  return warnings;
}
