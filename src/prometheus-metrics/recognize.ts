import type { PoolSpec } from "../config/pool-spec.ts";
import type { UtilizationError } from "../errors.ts";
import type { Host, Hosts } from "../instance-manager/host-directory.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { QueryTooLongError } from "../prometheus/query-api.ts";
import { type MemberNames, memberNames } from "./members.ts";
import type { Sources } from "./sources.ts";

const nobody: Hosts = { byInstanceId: new Map<string, Host>(), failure: undefined };

/** Whether a member could be looked up, where that was necessary. */
export type IsKnown = (instance: Instance) => boolean;

/**
 * Asks about members, and finds out whose the answers are; those are looked up whom no label names otherwise.
 * A failure is what kept members from that.
 */
export async function recognize<
  A extends { readonly failures: readonly UtilizationError[] },
  M extends { readonly lost: readonly Instance[] },
>(
  hostsOf: Sources["hostsOf"],
  instances: readonly Instance[],
  spec: PoolSpec,
  ask: (members: MemberNames) => Promise<A>,
  match: (answers: A, members: MemberNames, isKnown: IsKnown) => M,
) {
  const { by } = spec.prometheus.match;
  const known = by === "privateIp" || by === "hostname" ? await hostsOf(instances) : nobody;
  const members = memberNames(instances, spec, known.byInstanceId);
  const first = await ask(members);
  // Only by asking it turns out that a server takes GET alone, and so only shorter queries: parts of these, then.
  const areTooLong = first.failures.some((one) => one instanceof QueryTooLongError);
  const answers = areTooLong ? await ask(members) : first;
  const matched = match(answers, members, () => true);
  if (by !== "poolId" || matched.lost.length === 0) {
    return { answers, matched, members, failure: known.failure };
  }
  // The usual `instance` is an address: it takes a look at the network to know whose it is.
  const { byInstanceId, failure } = await hostsOf(matched.lost);
  const found = memberNames(instances, spec, byInstanceId);
  const isKnown = ({ id }: Instance) => byInstanceId.has(id);
  return { answers, matched: match(answers, found, isKnown), members: found, failure };
}
