import type { MissingInstance, PoolResult } from "../../../src/result/result-document.ts";
import { explainError } from "./explanation.ts";
import { type Page, paint, printable, wrapped } from "./page.ts";

/** Members that are named where some are missing for the same reason. */
const namedMembers = 3;

/** What is to be known of some pools; a hint that several have is said once. */
export function notesOn(pools: readonly PoolResult[], page: Page): readonly string[] {
  const said = new Set<string>();
  return pools.flatMap((pool) => notesOnOne(pool, page, said));
}

function notesOnOne(pool: PoolResult, page: Page, said: Set<string>): readonly string[] {
  const { warnings, error, instances } = pool;
  const name = paint(page, "bold", printable(pool.name));
  // Of a pool that nobody reported from, the error says all.
  const missing = error?.code === "NO_DATA" ? [] : reasons(instances?.missing ?? []);
  const notes = [
    ...missing.flatMap(([reason, names]) => wrapped(page, `  missing (${reason}): `, names)),
    ...warnings.flatMap((text) => wrapped(page, `  ${paint(page, "yellow", "warning")}: `, text)),
    ...(error ? explainOnce(page, error, said) : []),
  ];
  return notes.length > 0 ? [name, ...notes] : [];
}

function explainOnce(page: Page, error: NonNullable<PoolResult["error"]>, said: Set<string>) {
  const { hint, ...rest } = error;
  if (hint === undefined || said.has(hint)) return explainError(page, "  ", rest);
  said.add(hint);
  return explainError(page, "  ", error);
}

/** "a, b, c and 4 more", for each reason. */
function reasons(missing: readonly MissingInstance[]): readonly [reason: string, names: string][] {
  const all = new Set(missing.map(({ reason }) => reason));
  return [...all].map((reason) => {
    const members = missing.filter((member) => member.reason === reason);
    const names = [...new Set(members.map(({ displayName }) => displayName))];
    const more = names.length - namedMembers;
    const shown = names.slice(0, namedMembers).join(", ");
    return [reason, `${shown}${more > 0 ? ` and ${more} more` : ""}`];
  });
}
