import type { PoolSpec } from "../config/pool-spec.ts";
import { groupBy } from "../group-by.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Series } from "../prometheus/query-api.ts";
import { ambiguousMembers, identifier, type MemberNames } from "./members.ts";

/** Whose rows, or targets, are whose. */
export interface Matched<T> {
  readonly found: ReadonlyMap<Instance, readonly T[]>;
  /** Members that share all of their names with others. */
  readonly ambiguous: readonly Instance[];
  /** Members who have several that can't all be theirs. */
  readonly disputed: readonly Instance[];
  /** Members of whom none is known to be theirs, while there are some that may be. */
  readonly lost: readonly Instance[];
  /** All for whom it can't be told which are theirs. */
  readonly unresolved: ReadonlySet<Instance>;
  /** How many belong to no member. */
  readonly strangers: number;
}

/**
 * Gives each member what has its labels.
 * @param areSeveral whether these can't all be of one member
 * @param isKnown whether a member could be looked up, where that was necessary
 */
export function matchMembers<T extends { readonly labels: Series["labels"] }>(
  all: readonly T[],
  members: MemberNames,
  spec: PoolSpec,
  areSeveral: (own: readonly T[]) => boolean,
  isKnown: (instance: Instance) => boolean = () => true,
): Matched<T> {
  const identify = identifier(members, spec);
  const groups = groupBy(all, ({ labels }) => identify(labels));
  const strangers = groups.get(undefined)?.length ?? 0;
  const found = new Map<Instance, readonly T[]>();
  for (const [instance, own] of groups) if (instance !== undefined) found.set(instance, own);
  const disputed = [...found].flatMap(([instance, own]) => (areSeveral(own) ? [instance] : []));
  const mayBeTheirs = strangers + disputed.length > 0;
  const isLost = (one: Instance) => !found.has(one) || disputed.includes(one);
  const lost = mayBeTheirs ? [...members.keys()].filter(isLost) : [];
  const nameless = [...members].flatMap(([one, names]) => (names.length === 0 ? [one] : []));
  const ambiguous = ambiguousMembers(members);
  const unknown = lost.filter((one) => !isKnown(one));
  const unresolved = new Set([...disputed, ...nameless, ...ambiguous, ...unknown]);
  return { found, ambiguous, disputed, lost, unresolved, strangers };
}
