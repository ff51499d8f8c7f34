import type { MissingReason, Reading } from "../../src/result/reading.ts";
import type { Metric, PoolResult } from "../../src/result/result-document.ts";
import type { ServerKind } from "../support/prometheus.ts";

/** What a reading has to be: percent (0–100), or the reason why there must be none. */
export type Answer = number | MissingReason;

/** Several answers where each is true: a host's load, or that its counters can't tell it. */
export type Truth = Readonly<Record<Metric, Answer | readonly Answer[]>>;

/** A member whose load is known. */
export interface Case {
  readonly name: string;
  readonly truth: Truth;
  /** What the pool's status has to be. */
  readonly status?: PoolResult["status"];
  /** Part of a warning that its pool's result has to have. */
  readonly warning?: string;
}

/** A member whose host reports to a server of Prometheus' API. */
export interface ServerCase extends Case {
  /** What is true on a server that can't tell what the others can, and why it can't. */
  readonly exceptOn?: Partial<
    Record<ServerKind, { readonly truth: Truth; readonly because: string }>
  >;
}

/** Other people's ways to the same number. */
export type Rival = "common" | "original";

/** What a formula gives for one member: a row each, so none, one, or several; NaN and ±Infinity included. */
export type Answers = readonly number[];

/** One member's metric, measured in every way; a rival that has no formula for it is absent. */
export interface Measured {
  /** Undefined when the result document doesn't mention the member. */
  readonly ours: Reading | undefined;
  readonly rivals: Readonly<Partial<Record<Rival, Answers>>>;
}

/** All that was measured of a pool; by the names of the cases. */
export interface Measurements {
  readonly members: ReadonlyMap<string, Readonly<Record<Metric, Measured>>>;
  readonly warnings: readonly string[];
  readonly status: PoolResult["status"];
  /** The average of the members that have one. */
  readonly pool: Readonly<Record<Metric, number | null>>;
}

export const metrics: readonly Metric[] = ["cpu", "memory"];

/** The pool's own row, in which each way averages what it has. */
export const wholePool = "the whole pool";
