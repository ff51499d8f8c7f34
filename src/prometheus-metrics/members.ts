import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { equals, oneOf, oneOfHosts, type Selector } from "./queries.ts";

/** VictoriaMetrics refuses queries over 16 KiB; the selector stands in a query up to three times. */
const selectorBytes = 4_000;
const hostsPerQuery = 250;

/** The selectors that together select the pool's members: one, unless the pool is large. */
export function poolSelectors(
  instances: readonly Instance[],
  { instancePoolId, prometheus }: PoolSpec,
): readonly Selector[] {
  const { label, by } = prometheus.match;
  if (by === "poolId") return [equals(label, instancePoolId)];
  const [nameOf, select] =
    by === "instanceId"
      ? ([({ id }: Instance) => id, oneOf] as const)
      : ([({ displayName }: Instance) => displayName, oneOfHosts] as const);
  return chunks(instances.map(nameOf).flatMap(withLowerCase)).map((values) =>
    select(label, values),
  );
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

function chunks(values: readonly string[]): readonly (readonly string[])[] {
  const all: string[][] = [];
  let current: string[] = [];
  let bytes = 0;
  for (const value of values) {
    // Escaping may double a character, and never does worse.
    const size = 2 * Buffer.byteLength(value);
    if (
      current.length === hostsPerQuery ||
      (current.length > 0 && bytes + size > 2 * selectorBytes)
    ) {
      all.push(current);
      current = [];
      bytes = 0;
    }
    current.push(value);
    bytes += size;
  }
  if (current.length > 0) all.push(current);
  return all;
}
