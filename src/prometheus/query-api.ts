import { SourceUnavailableError } from "../errors.ts";

/** Evaluates PromQL on one server, for one invocation. */
export interface QueryApi {
  /** @param release aborts when the answer, which takes memory, isn't needed any more */
  query(promql: string, time?: Date, release?: AbortSignal): Promise<QueryAnswer>;
  /** Opens connections for queries that come soon. */
  connectAhead?(): void;
  /** Whether the server takes a query of this length, as far as is known by now. */
  fits(promql: string): boolean;
  /** A text of the server's without its credentials, which it may have put there. */
  redact(text: string): string;
}

export interface QueryAnswer {
  readonly series: readonly Series[];
  readonly warnings: readonly string[];
  /** Whether the server says that its answer is not whole; an info does not say that. */
  readonly partial?: boolean;
  /** When the try that was answered was made, by the server's clock, to a second; unless it doesn't tell. */
  readonly askedAt?: Date | undefined;
  /** The same in ms of `performance.now()`. */
  readonly askedAtMs?: number;
}

/**
 * A time series of an answer. A pool of 1,000 has some 66,000 points, which as objects of their own
 * would take three times the memory.
 */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds, in order; when the query was evaluated, not when the sample was taken. */
  readonly times: readonly number[];
  /** At these times. */
  readonly values: readonly number[];
}

/** A query that fits no URL, for a server that refuses POST: it has to be split. */
export class QueryTooLongError extends SourceUnavailableError {}

/** The cause of an error, where the server can't read or evaluate the PromQL: its own words, without credentials. */
export class QueryRefusal extends Error {
  override readonly name = "QueryRefusal";
}
