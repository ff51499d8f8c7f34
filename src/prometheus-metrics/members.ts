import type { PoolSpec } from "../config/pool-spec.ts";
import type { Host } from "../instance-manager/host-directory.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { withoutBrackets } from "../network/address-guard.ts";
import { mostHosts } from "./query-span.ts";
import { equals, oneOf, oneOfAddresses, oneOfHosts, pinned, type Selector } from "./selectors.ts";

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
 * The selectors that together select the members: one, unless the pool is large.
 * @param hosts how many a query may be about
 * @param fits whether the server takes the queries with a selector
 */
export function poolSelectors(
  members: MemberNames,
  spec: PoolSpec,
  hosts: number,
  fits: (selector: Selector) => boolean,
): readonly Selector[] {
  const { match, matchers } = spec.prometheus;
  const { label, by } = match;
  if (by === "poolId") return [pinned(equals(label, spec.instancePoolId), matchers)];
  const select = {
    displayName: oneOfHosts,
    hostname: oneOfHosts,
    instanceId: oneOf,
    privateIp: oneOfAddresses,
  };
  const names = [...members.values()].filter((all) => all.length > 0);
  const toSelector = (part: typeof names) => pinned(select[by](label, part.flat()), matchers);
  return inParts(names, toSelector, hosts, fits);
}

/** Selectors of targets that have been seen, by the very values that they have. */
export function selectorsOf(
  targets: readonly Labels[],
  { instancePoolId, prometheus }: PoolSpec,
  fits: (selector: Selector) => boolean,
): readonly Selector[] {
  const { match, matchers } = prometheus;
  const ofPool = match.by === "poolId";
  const label = ofPool ? "instance" : match.label;
  const all = ofPool ? { ...matchers, [match.label]: instancePoolId } : matchers;
  const values = [...new Set(targets.map((labels) => labels[label] ?? ""))];
  return inParts(values, (part) => pinned(oneOf(label, part), all), mostHosts, fits);
}

type Labels = Readonly<Record<string, string>>;

/** Finds members again in the labels of their series; a stranger is undefined. */
export function identifier(members: MemberNames, { prometheus }: PoolSpec) {
  const { label, by } = prometheus.match;
  const names = uniqueNames(members);
  return (labels: Labels): Instance | undefined =>
    by === "poolId" ? byOwnLabel(labels, label, names) : findMember(labels[label] ?? "", names);
}

/** Labels about the target itself, whatever separates their words. Others may name somebody else: a leader, say. */
const ownLabels =
  /^(?:exported|oci)?(?:instance|host|node|vm|server|machine|resource)?(?:id|ocid|(?:display)?name|ip|privateip|address|fqdn)?$/;

/**
 * When the label of the spec's `match` names the pool, `instance` says which member it is, or else
 * other labels about the target itself, when they agree.
 */
function byOwnLabel(
  labels: Labels,
  poolLabel: string,
  names: ReadonlyMap<string, Instance>,
): Instance | undefined {
  const own = findMember(labels["instance"] ?? "", names);
  if (own !== undefined) return own;
  const found = new Set<Instance>();
  for (const [name, value] of Object.entries(labels)) {
    if (name === poolLabel || !ownLabels.test(name.toLowerCase().replace(/[^a-z]/g, ""))) continue;
    const member = findMember(value, names);
    if (member !== undefined) found.add(member);
  }
  const [only] = found;
  return found.size === 1 ? only : undefined;
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

/** Selectors of a list that is halved until its parts fit; one thing by itself has to do. */
function inParts<T>(
  list: T[],
  toSelector: (part: T[]) => Selector,
  most: number,
  fits: (selector: Selector) => boolean,
): readonly Selector[] {
  if (list.length === 0) return [];
  if (list.length <= most) {
    const selector = toSelector(list);
    if (list.length === 1 || fits(selector)) return [selector];
  }
  const middle = Math.ceil(list.length / 2);
  const halves = [list.slice(0, middle), list.slice(middle)];
  return halves.flatMap((half) => inParts(half, toSelector, most, fits));
}
