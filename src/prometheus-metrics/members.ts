import type { PoolSpec } from "../config/pool-spec.ts";
import type { Host } from "../instance-manager/host-directory.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { withoutBrackets } from "../network/address-guard.ts";
import { equals, oneOf, oneOfAddresses, oneOfHosts, type Selector } from "./queries.ts";

/** The running members, each with the names that a label may hold for it. */
export type MemberNames = ReadonlyMap<Instance, readonly string[]>;

/**
 * What the label of the spec's `match` holds for each member; a member without a name can't be
 * found. When the label names the pool, any other label may say which member it is.
 */
export function memberNames(
  instances: readonly Instance[],
  { prometheus }: PoolSpec,
  hosts: ReadonlyMap<string, Host>,
): MemberNames {
  const namesOf = (instance: Instance): readonly string[] => {
    const { addresses = [], hostname } = hosts.get(instance.id) ?? {};
    const hostnames = hostname === undefined ? [] : [hostname];
    switch (prometheus.match.by) {
      case "displayName":
        return [instance.displayName];
      case "instanceId":
        return [instance.id];
      case "hostname":
        return hostnames;
      case "privateIp":
        return addresses;
      case "poolId":
        return [instance.id, instance.displayName, ...hostnames, ...addresses];
    }
  };
  return new Map(instances.map((instance) => [instance, namesOf(instance)]));
}

/** Members who share a name with another: their series can't be told apart. */
export function ambiguousMembers(members: MemberNames): readonly Instance[] {
  const unique = uniqueNames(members);
  return [...members].flatMap(([instance, names]) =>
    names.length > 0 && names.every((name) => !unique.has(canonical(name))) ? [instance] : [],
  );
}

/**
 * VictoriaMetrics refuses queries over 16 KiB, and proxies may refuse less. The selector stands
 * twice in the query for a mean, three times in that for another statistic.
 */
const selectorBytes = { mean: 5_700, other: 3_800 };
const hostsPerQuery = 250;

/** The selectors that together select the members: one, unless the pool is large. */
export function poolSelectors(members: MemberNames, spec: PoolSpec): readonly Selector[] {
  const { label, by } = spec.prometheus.match;
  if (by === "poolId") return [equals(label, spec.instancePoolId)];
  const select = {
    displayName: oneOfHosts,
    hostname: oneOfHosts,
    instanceId: oneOf,
    privateIp: oneOfAddresses,
  };
  const most = spec.statistic === "mean" ? selectorBytes.mean : selectorBytes.other;
  const names = [...members.values()]
    .map((all) => all.flatMap(spellings))
    .filter((all) => all.length > 0);
  const toSelector = (part: readonly (readonly string[])[]) => select[by](label, part.flat());
  return halve(
    names,
    (part) => part.length <= hostsPerQuery && Buffer.byteLength(toSelector(part)) <= most,
  ).map(toSelector);
}

/** How many hosts an answer is about: all that have the pool in a label, or those that a query names. */
export function hostsPerAnswer(members: MemberNames, { prometheus }: PoolSpec): number {
  return prometheus.match.by === "poolId" ? members.size : Math.min(members.size, hostsPerQuery);
}

type Labels = Readonly<Record<string, string>>;

/** Tells which member a target is; undefined for a stranger. */
export type Identify = (labels: Labels) => Instance | undefined;

/** Finds members again in the labels of their series, of which `all` are those of every target. */
export function identifier(
  members: MemberNames,
  { prometheus }: PoolSpec,
  all: readonly Labels[],
): Identify {
  const { label, by } = prometheus.match;
  const names = uniqueNames(members);
  if (by !== "poolId") return (labels) => findMember(labels[label] ?? "", names);
  return byTellingLabel(names, label, all);
}

/**
 * When the label of the spec's `match` names the pool, the label that names the most members says of
 * each target that has it who it is. Others may name somebody else: a leader, say.
 */
function byTellingLabel(
  names: ReadonlyMap<string, Instance>,
  poolLabel: string,
  all: readonly Labels[],
): Identify {
  const named = new Map<string, Set<Instance>>();
  for (const labels of all) {
    for (const [name, value] of Object.entries(labels)) {
      if (name === poolLabel || name === "job") continue;
      const member = findMember(value, names);
      if (member !== undefined) named.set(name, (named.get(name) ?? new Set()).add(member));
    }
  }
  const rank = (name: string) => named.get(name)?.size ?? 0;
  return (labels) => {
    const ranked = Object.keys(labels).filter((name) => rank(name) > 0);
    const highest = Math.max(...ranked.map(rank));
    const telling = ranked.filter((name) => rank(name) === highest);
    // Of labels that disagree, `instance` is always about the target itself.
    const deciding = telling.includes("instance") ? ["instance"] : telling;
    const found = new Set(deciding.map((name) => findMember(labels[name] ?? "", names)));
    const [only] = found;
    return found.size === 1 ? only : undefined;
  };
}

function uniqueNames(members: MemberNames): ReadonlyMap<string, Instance> {
  const names = new Map<string, Instance | undefined>();
  for (const [instance, all] of members) {
    for (const name of new Set(all.map(canonical))) {
      names.set(name, names.has(name) ? undefined : instance);
    }
  }
  return new Map([...names].flatMap(([name, instance]) => (instance ? [[name, instance]] : [])));
}

/** Strips the port, then the domain label by label: `web-1.prod.example.com:9100` is `web-1`. */
function findMember(value: string, names: ReadonlyMap<string, Instance>): Instance | undefined {
  const whole = names.get(canonical(value));
  if (whole !== undefined) return whole;
  const host = canonical(value.replace(/:\d+$/, ""));
  if (names.has(host) || isAddress(host)) return names.get(host);
  for (let dot = host.lastIndexOf("."); dot > 0; dot = host.lastIndexOf(".", dot - 1)) {
    const name = host.slice(0, dot);
    if (names.has(name) && !isAddress(name)) return names.get(name);
  }
  return undefined;
}

/** Names compare without case, and IPv6 addresses however they are written. */
function canonical(name: string): string {
  const lower = name.toLowerCase();
  const bare = withoutBrackets(lower);
  if (!/^[0-9a-f]*:[0-9a-f:.]*$/.test(bare) || !URL.canParse(`http://[${bare}]`)) return lower;
  return new URL(`http://[${bare}]`).hostname.slice(1, -1);
}

function isAddress(name: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name);
}

/** Host names are usually the display name in lower case, and PromQL is case-sensitive. */
function spellings(name: string): readonly string[] {
  const lower = name.toLowerCase();
  return lower === name ? [name] : [name, lower];
}

/** Halves a list until its parts fit; one thing by itself has to do. */
function halve<T>(
  list: readonly T[],
  fits: (part: readonly T[]) => boolean,
): readonly (readonly T[])[] {
  if (list.length === 0) return [];
  if (list.length === 1 || fits(list)) return [list];
  const middle = Math.ceil(list.length / 2);
  return [...halve(list.slice(0, middle), fits), ...halve(list.slice(middle), fits)];
}
