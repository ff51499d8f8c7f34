import type { MissingReason, Reading } from "../../src/result/reading.ts";
import type { Metric } from "../../src/result/result-document.ts";

/** What a reading has to be: percent (0–100), or the reason why there must be none. */
export type Truth = Readonly<Record<Metric, number | MissingReason>>;

/** A member whose load is known. */
export interface Case {
  readonly name: string;
  readonly truth: Truth;
  /** Part of a warning that its pool's result has to have. */
  readonly warning?: string;
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
  /** The average of the members that have one. */
  readonly pool: Readonly<Record<Metric, number | null>>;
}

export const metrics: readonly Metric[] = ["cpu", "memory"];

/** The pool's own row, in which each way averages what it has. */
export const wholePool = "the whole pool";
