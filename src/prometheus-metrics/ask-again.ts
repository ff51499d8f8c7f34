import type { PoolSpec } from "../config/pool-spec.ts";
import { groupBy } from "../group-by.ts";
import type { Inquiry } from "./inquiry.ts";
import { selectorsOf } from "./members.ts";
import { addRows, noRows, type Rows, targetKey } from "./rows.ts";
import type { Selector } from "./selectors.ts";
import type { Target } from "./target.ts";
import type { Question, Verdict } from "./verdict.ts";

/** Something that could not be told of a target yet. */
export interface OpenQuestion {
  readonly question: Question;
  readonly target: Target;
  /** Takes what was found out; not called when the query failed. */
  settle(told: Verdict | Question): void;
}

/**
 * Asks what the first answers left open, of the hosts concerned only: those with the same question
 * together.
 * @param at the server's time of those answers
 */
export async function askAgain(
  questions: readonly OpenQuestion[],
  inquiry: Inquiry,
  spec: PoolSpec,
  at: Date,
): Promise<void> {
  const ask = async (group: readonly OpenQuestion[], { question }: OpenQuestion) => {
    const found = new Map<string, Rows>();
    let failed = false;
    const query = async (selector: Selector) => {
      const release = new AbortController();
      const answer = await inquiry.query(question.ask(selector), at, release.signal);
      if (answer === undefined) failed = true;
      else addRows(found, answer.series);
      release.abort();
    };
    const labels = group.map(({ target }) => target.labels);
    const fits = (selector: Selector) => inquiry.api.fits(question.ask(selector));
    await Promise.all(selectorsOf(labels, spec, fits).map(query));
    for (const { question: own, target, settle } of group) {
      const rows = found.get(targetKey(target.labels));
      if (rows !== undefined || !failed) settle(own.read(rows ?? noRows(target.labels)));
    }
  };
  const groups = groupBy(questions, ({ question }) => question.ask(""));
  await Promise.all([...groups.values()].map((group) => ask(group, group[0])));
}
