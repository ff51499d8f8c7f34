import type { Statistic } from "../config/pool-spec.ts";
import type { MissingReason, Reading } from "../result/reading.ts";
import { impossibleCpu, type Note } from "./notes.ts";
import type { Rows } from "./rows.ts";
import type { Selector } from "./selectors.ts";

/** What is measured: a statistic of the last seconds. */
export interface MeasuredSpan {
  readonly seconds: number;
  readonly statistic: Statistic;
  /** How far back each sample is asked for. */
  readonly samplesSeconds: number;
  /** How far apart the steps of CPU time are, where there are some. */
  readonly stepSeconds: number;
}

/** What a reading is judged by; times are the server's own (unix seconds). */
export interface Moment extends MeasuredSpan {
  readonly now: number;
  /** What is older is not the member's own; -Infinity where its age isn't known. */
  readonly since: number;
  /** The last of them, where the first look was at some: it may be of some time ago. */
  readonly lastStep?: number | undefined;
  /** Whether the server's `delta` and `rate` reach beyond the samples, as Prometheus' do. */
  readonly extrapolates: boolean;
}

/** A reading, and what to say of it. */
export interface Verdict {
  readonly reading: Reading;
  readonly note?: Note | undefined;
  /** The samples that a mean is between, where that is known to be all it is of (unix seconds). */
  readonly span?: { readonly first: number; readonly last: number } | undefined;
  readonly ask?: undefined;
}

/** What is to be asked before a reading can be told. */
export interface Question {
  readonly reading?: undefined;
  readonly note?: undefined;
  /** The query about these series: questions in the same words are asked together. */
  ask(selector: Selector): string;
  /** What the answer's rows of the target mean; or what they leave open. */
  read(rows: Rows): Verdict | Question;
}

export const missing = (reading: MissingReason, note?: Note): Verdict => ({ reading, note });

/** Rounding in the server may push a share a hair outside; more than that can't be. */
const rounding = 0.005;

/** A share (0–1) as a percentage: what can't be is no number, and is not made one. */
export function percent(share: number, note: Note = impossibleCpu): Verdict {
  if (!(share >= -rounding && share <= 1 + rounding)) {
    return missing("not_a_number", Number.isFinite(share) ? note : undefined);
  }
  return { reading: 100 * Math.min(1, Math.max(0, share)) };
}
