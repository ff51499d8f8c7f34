import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { equals, oneOf, oneOfHosts, type Selector } from "./queries.ts";

/**
 * VictoriaMetrics refuses queries over 16 KiB, and proxies may refuse less. The selector stands
 * twice in the query for a mean, three times in that for another statistic.
 */
const selectorBytes = { mean: 5_700, other: 3_800 };
const hostsPerQuery = 250;

/** The selectors that together select the pool's members: one, unless the pool is large. */
export function poolSelectors(
  instances: readonly Instance[],
  { instancePoolId, prometheus, statistic }: PoolSpec,
): readonly Selector[] {
  const { label, by } = prometheus.match;
  if (by === "poolId") return [equals(label, instancePoolId)];
  const [nameOf, select] =
    by === "instanceId"
      ? ([({ id }: Instance) => id, oneOf] as const)
      : ([({ displayName }: Instance) => displayName, oneOfHosts] as const);
  const names = instances.map((instance) => withLowerCase(nameOf(instance)));
  const limit = statistic === "mean" ? selectorBytes.mean : selectorBytes.other;
  return chunks(names, limit).map((values) => select(label, values));
}

/** Tells which member a target is; undefined for a stranger. */
export type Identify = (labels: Readonly<Record<string, string>>) => Instance | undefined;

/** Finds members again in the labels of their series. A display name that two share is no name. */
export function identifier(instances: readonly Instance[], { prometheus }: PoolSpec): Identify {
  const { label, by } = prometheus.match;
  const ids = new Map(instances.map((instance) => [instance.id.toLowerCase(), instance]));
  const names = byUniqueName(instances);
  const identifyValue = (value: string): Instance | undefined =>
    (by === "displayName" ? undefined : ids.get(value.toLowerCase())) ??
    (by === "instanceId" ? undefined : (names.get(value) ?? findHost(value, names)));
  if (by !== "poolId") return (labels) => identifyValue(labels[label] ?? "");
  // The label names only the pool, so any other label may say which member it is.
  return (labels) =>
    Object.values(labels)
      .map(identifyValue)
      .find((found) => found !== undefined);
}

/** Members whose display name another member bears as well: their series can't be told apart. */
export function ambiguousInstances(instances: readonly Instance[]): readonly Instance[] {
  const unique = byUniqueName(instances);
  return instances.filter(({ displayName }) => !unique.has(displayName.toLowerCase()));
}

function byUniqueName(instances: readonly Instance[]): ReadonlyMap<string, Instance> {
  const names = new Map<string, Instance | undefined>();
  for (const instance of instances) {
    const name = instance.displayName.toLowerCase();
    names.set(name, names.has(name) ? undefined : instance);
  }
  return new Map([...names].flatMap(([name, instance]) => (instance ? [[name, instance]] : [])));
}

/** Strips the port, then the domain label by label: `web-1.prod.example.com:9100` is `web-1`. */
function findHost(value: string, names: ReadonlyMap<string, Instance>): Instance | undefined {
  let host = value.toLowerCase().replace(/:\d+$/, "");
  for (;;) {
    const found = names.get(host);
    const dot = host.lastIndexOf(".");
    if (found !== undefined || dot < 0) return found;
    host = host.slice(0, dot);
  }
}

/** Host names are usually the display name in lower case, and PromQL is case-sensitive. */
function withLowerCase(value: string): readonly string[] {
  const lower = value.toLowerCase();
  return lower === value ? [value] : [value, lower];
}

/** Puts as many members into one selector as fit; each with all of its names. */
function chunks(
  members: readonly (readonly string[])[],
  maximumBytes: number,
): readonly (readonly string[])[] {
  const all: string[][] = [];
  let [current, count, bytes] = [[] as string[], 0, 0];
  for (const names of members) {
    const size = Buffer.byteLength(oneOf("", names));
    if (count === hostsPerQuery || (count > 0 && bytes + size > maximumBytes)) {
      all.push(current);
      [current, count, bytes] = [[], 0, 0];
    }
    current.push(...names);
    count += 1;
    bytes += size;
  }
  if (current.length > 0) all.push(current);
  return all;
}
