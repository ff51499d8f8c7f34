import type { PoolSpec } from "../config/pool-spec.ts";
import type { MissingReason } from "./reading.ts";

/** Why a reading is missing, after a look at a longer window. */
export type Cause = MissingReason | "window_too_short";

/** What a person is told of members without a reading, and what to change. */
export interface Explanation {
  /** Whether they were not found, or found and not read. */
  readonly step: "matching" | "readings";
  /** Follows the names of the members and "have". */
  readonly says: string;
  readonly hint: string;
}

/** How far back the doctor looks for members that did report once, in minutes. */
export const lookBackMinutes = 180;

/** The explanation of a cause that is the same for every source. */
export function explainAnySource(cause: Cause): Explanation {
  const step = "readings";
  switch (cause) {
    case "warming_up":
      return { step, says: "no reading yet, being new", hint: "Wait some minutes." };
    case "not_a_number":
      return { step, says: "readings that are no numbers", hint: "See what the exporter reports." };
    default:
      return {
        step: "matching",
        says: "a query that failed",
        hint: "See what the steps metrics and matching say of it.",
      };
  }
}

/** What is said of members that a longer window has readings of. */
export function tooShort({ windowMinutes }: PoolSpec): string {
  return `too few readings in ${windowMinutes} minute(s), but enough in the last ${lookBackMinutes}`;
}
