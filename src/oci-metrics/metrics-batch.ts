import { regionOf } from "../config/ocid.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { InvalidRequestError } from "../errors.ts";
import { groupBy } from "../group-by.ts";
import type { Places } from "../instance-manager/instance-pool.ts";
import type { PoolDescription } from "../oci/answers.ts";
import type { Monitoring } from "../oci/calls.ts";
import { once, oncePer } from "../once.ts";
import type { Remembered } from "../remembered.ts";
import { CallLimit } from "../resilience/call-limit.ts";
import { lastWholeMinutes, type TimeWindow } from "../result/time-window.ts";
import { aboutAll, alike, isRefusal, plan, questionsAbout } from "./plan.ts";
import {
  mostIds,
  mostPointsOf,
  type Question,
  queriesOf,
  type Subject,
  shortWindowMinutes,
} from "./queries.ts";
import { addPoints, type PointsByMember } from "./streams.ts";

/** What the questions of one invocation are asked with. */
export interface BatchDependencies {
  /** The calls of the pool's region. */
  readonly monitoringOf: (spec: PoolSpec) => Promise<Monitoring>;
  readonly describe: (spec: PoolSpec) => Promise<Pick<PoolDescription, "compartmentId" | "size">>;
  /** How many of a pool's members ran in which compartment the last time, if that is known. */
  readonly lastSeen: (spec: PoolSpec) => Places | undefined;
  /** Where every pool has too many streams for one answer: there, lists are asked for. */
  readonly tooMany: Remembered<true>;
  readonly signal: AbortSignal;
  readonly now: Date;
}

/** Half a minute of all that the tenancy may ask: a thousand pools in lists of ten take 200. */
const mostQueries = 300;
/** Answers that are asked for before their pools' turn take memory until then; the others wait for it. */
const mostPointsAhead = 100_000;
/** What is expected of a pool of which no size is known. */
const usualMembers = 20;
/** So many lists of members are asked for at once: the tenancy has ten queries a second. */
const listsAtOnce = 5;

/**
 * The questions of one invocation, each asked once. Those that follow from the specs are asked at once, while
 * members are being listed; what only the members show is asked after that.
 */
export class MetricsBatch {
  /** So many readings that begin late may be asked for again in vain: after an outage, everybody's do. */
  lateLeft = 100;
  readonly #dependencies: BatchDependencies;
  readonly #planned = new Map<PoolSpec, Promise<readonly Question[]>>();
  readonly #askerOf = oncePer((question: Question) => this.#reserve(question));
  /** All that is known to be asked before the members show more. */
  readonly #expected: Question[] = [];
  /** What all of that is asked within where only members showed that they live there; kept by who waits for it. */
  readonly #elsewhere = new Map<string, WeakRef<Question> | "alone">();
  /** Lists of members that still wait for their turn, and so may grow. */
  readonly #open = new Map<string, { readonly ids: string[]; answer: Promise<PointsByMember> }>();
  readonly #turns = new CallLimit({ concurrency: listsAtOnce });
  #queriesLeft = mostQueries;
  #pointsLeftAhead = mostPointsAhead;

  constructor(dependencies: BatchDependencies) {
    this.#dependencies = dependencies;
  }

  get now(): Date {
    return this.#dependencies.now;
  }

  windowOf({ windowMinutes }: PoolSpec): TimeWindow {
    return lastWholeMinutes(this.#dependencies.now, windowMinutes);
  }

  /** Says which pools are going to be measured. */
  expect(specs: readonly PoolSpec[]): void {
    const found = specs.map((spec) => ({ spec, own: this.#find(spec) }));
    // A region that is silent keeps no other waiting.
    const groups = groupBy(found, ({ spec, own }) => own instanceof Promise && regionOf(spec));
    for (const group of groups.values()) {
      const planned = Promise.all(group.map(({ own }) => own)).then((own) =>
        this.#plan(own.flat()),
      );
      const of = (spec: PoolSpec) => planned.then((all) => all.get(spec) ?? []);
      for (const { spec } of group) this.#planned.set(spec, of(spec));
    }
  }

  /** What there is to ask about a pool; of an unknown one when it is described, if its answer needs that. */
  #find(spec: PoolSpec): readonly Question[] | Promise<readonly Question[]> {
    const { describe, lastSeen, monitoringOf } = this.#dependencies;
    const { compartmentId: named, windowMinutes } = spec;
    const seen = lastSeen(spec);
    if (seen !== undefined) return questionsAbout(spec, seen);
    if (named !== undefined && windowMinutes <= shortWindowMinutes)
      return questionsAbout(spec, [[named, 0]]);
    monitoringOf(spec).then(({ connect }) => connect(), ignore);
    return describe(spec).then(
      ({ compartmentId, size }) =>
        size === 0 ? [] : questionsAbout(spec, [[named ?? compartmentId, size ?? 0]]),
      // It fails when it is listed.
      () => [],
    );
  }

  #plan(questions: readonly Question[]): ReturnType<typeof plan> {
    const planned = plan(questions, (every) => this.#mayAsk(every));
    this.#expected.push(...questions);
    for (const question of new Set([...planned.values()].flat().map(widest))) {
      // It has its queries, whoever else asks for members until its turn comes.
      const ask = this.#askerOf(question);
      const streams = question.streams || usualMembers * question.ids.length;
      this.#pointsLeftAhead -= mostPointsOf(question.spec, streams);
      if (this.#pointsLeftAhead >= 0) ask().catch(ignore);
    }
    return planned;
  }

  /** The questions that the pool is part of. They are given out once: their answers are large. */
  async plannedFor(spec: PoolSpec): Promise<readonly Question[]> {
    if (!this.#planned.has(spec)) this.expect([spec]);
    const planned = this.#planned.get(spec);
    this.#planned.delete(spec);
    return (await planned) ?? [];
  }

  #mayAsk(every: Question): boolean {
    return this.#dependencies.tooMany.current(alike(every)) === undefined;
  }

  /** A question that only the members showed: within one about all pools, as theirs may live there, too. */
  found(question: Question): Question {
    const key = alike(question);
    const known = this.#elsewhere.get(key);
    const within =
      known === "alone" ? undefined : (known?.deref() ?? aboutAll(question, this.#expected));
    this.#elsewhere.set(key, within ? new WeakRef(within) : "alone");
    return { ...question, within: within && this.#mayAsk(within) ? within : undefined };
  }

  /**
   * The points of the question's members, and of others.
   * @throws UtilizationError what its query failed with, or that there are too many
   */
  async answer(question: Question): Promise<PointsByMember> {
    try {
      if (question.within) return await this.answer(question.within);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    return this.#askerOf(question)();
  }

  /**
   * Asks for a member by its own OCID, whatever pool its metrics say it is in. While others are being
   * asked for, those that wait join one list.
   */
  member(id: string, subject: Subject): Promise<PointsByMember> {
    const key = alike(subject);
    const open = this.#open.get(key);
    if (open !== undefined && open.ids.length < mostIds) {
      open.ids.push(id);
      return open.answer;
    }
    const ids = [id];
    const send = () => {
      if (this.#open.get(key)?.ids === ids) this.#open.delete(key);
      const who = { dimension: "resourceId" as const, ids, conditions: [], streams: ids.length };
      return this.#reserve({ ...subject, ...who })();
    };
    const answer = this.#turns.run(send, this.#dependencies.signal);
    this.#open.set(key, { ids, answer });
    return answer;
  }

  /** Takes the queries of a question, if there are as many left; they are sent when it is first called. */
  #reserve(question: Question): () => Promise<PointsByMember> {
    const { monitoringOf, tooMany } = this.#dependencies;
    const parts = queriesOf(question, this.windowOf(question.spec));
    const queries = parts.flatMap((part) => part.queries).length;
    if (queries > this.#queriesLeft) return () => Promise.reject(tooManyQueries());
    this.#queriesLeft -= queries;
    return once(async () => {
      const { summarizeMetricsData } = await monitoringOf(question.spec);
      const points: PointsByMember = new Map();
      const asked = parts.map(async (part) => {
        const answers = part.queries.map((query) => summarizeMetricsData(query));
        const [streams = [], counts] = await Promise.all(answers);
        addPoints(points, streams, part.intervalMinutes, counts);
      });
      await Promise.all(asked).catch((error) => {
        const isEveryPool = question.ids.length > mostIds;
        if (isEveryPool && isRefusal(error)) tooMany.learn(alike(question), true);
        throw error;
      });
      return points;
    });
  }
}

function tooManyQueries(): InvalidRequestError {
  return new InvalidRequestError(
    `The request takes over ${mostQueries} queries of OCI Monitoring, and the whole tenancy has ten a second.`,
    { hint: "Ask for fewer different windows, statistics and compartments at a time." },
  );
}

function widest(question: Question): Question {
  return question.within ? widest(question.within) : question;
}

/** Made here, as a function made beside the questions keeps them all, with their answers. */
function ignore(): void {}
