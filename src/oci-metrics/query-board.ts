import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { MetricStream, Monitoring } from "./monitoring.ts";
import { isFull, type PlannedQuery, together, toMetricsQuery } from "./queries.ts";

type Streams = readonly MetricStream[];

/** Queries that will be sent as one. */
interface Sheet {
  readonly monitoring: Monitoring;
  /** All of them together. */
  query: PlannedQuery;
  readonly posts: Post[];
}

interface Post {
  readonly query: PlannedQuery;
  readonly resolve: (answer: Promise<Streams>) => void;
}

/** How long pools that are ready wait for one that is still being listed; or less, if time is short. */
const patienceMs = 1_000;

/**
 * Where the pools of one invocation post their queries, so that the same question about several pools
 * is asked once: the whole tenancy has ten queries a second. What is posted is sent as soon as no
 * pool is missing that may still join in.
 */
export class QueryBoard<Pool extends object> {
  readonly #invocation: Invocation;
  readonly #missing = new Set<Pool>();
  #sheets: Sheet[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /** Says that the pool is going to post queries, once it knows its members. */
  expect(pool: Pool): void {
    this.#missing.add(pool);
  }

  /** Says that the pool has posted its queries, or that it never will. */
  arrived(pool: Pool): void {
    this.#missing.delete(pool);
    this.#plan();
  }

  /** @throws UtilizationError what the query, or the one that it became part of, failed with */
  post(monitoring: Monitoring, query: PlannedQuery): Promise<Streams> {
    return new Promise((resolve) => {
      const post = { query, resolve };
      for (const sheet of this.#sheets) {
        const joined =
          sheet.monitoring.region === monitoring.region ? together(sheet.query, query) : undefined;
        if (joined === undefined) continue;
        sheet.query = joined;
        sheet.posts.push(post);
        if (isFull(joined)) this.#send(sheet);
        return;
      }
      const sheet = { monitoring, query, posts: [post] };
      this.#sheets.push(sheet);
      if (isFull(query)) this.#send(sheet);
      else this.#plan();
    });
  }

  #plan(): void {
    if (this.#sheets.length === 0) return;
    if (this.#missing.size === 0) {
      // Not at once: who posts one query posts another in the same breath.
      setImmediate(() => this.#sendAll());
    } else {
      const waitMs = Math.min(patienceMs, this.#invocation.remainingMs() / 10);
      this.#timer ??= setTimeout(() => this.#sendAll(), waitMs).unref();
    }
  }

  #sendAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const sheet of this.#sheets) this.#send(sheet);
  }

  #send(sheet: Sheet): void {
    this.#sheets = this.#sheets.filter((other) => other !== sheet);
    const { monitoring, query, posts } = sheet;
    const answer = monitoring.summarizeMetricsData(toMetricsQuery(query));
    const alone = ({ query: own }: Post) => monitoring.summarizeMetricsData(toMetricsQuery(own));
    for (const post of posts) {
      post.resolve(
        posts.length === 1
          ? answer
          : answer.catch((error: unknown) => {
              if (mayDoAlone(toUtilizationError(error))) return alone(post);
              throw error;
            }),
      );
    }
  }
}

/** What Monitoring can't read, or we can't of its answer, may be about one of the pools only. */
function mayDoAlone({ code, transient }: UtilizationError): boolean {
  return code === "INVALID_REQUEST" || (code === "SOURCE_UNAVAILABLE" && !transient);
}
