import type { DimensionFilter, MqlQuery } from "./mql.ts";
import {
  type EmulatedInstance,
  type EmulatedPool,
  type EmulatedTenancy,
  type MetricStream,
  placementOf,
  region,
  shape,
} from "./tenancy.ts";

/** The streams of one answer row: one, or all of a group. */
export interface StreamGroup {
  readonly compartmentId: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly streams: readonly MetricStream[];
}

/** A stream with what it can be selected by. */
export interface LabelledStream {
  readonly compartmentId: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stream: MetricStream;
}

const streamNames = new Map<string, "cpu" | "memory">([
  ["CpuUtilization", "cpu"],
  ["MemoryUtilization", "memory"],
]);

/**
 * The streams of `all` that a query selects in a compartment (in any, when undefined), grouped as it
 * says. A stream without a dimension to group by belongs to no group.
 */
export function selectStreams(
  all: readonly LabelledStream[],
  compartmentId: string | undefined,
  query: MqlQuery,
): readonly StreamGroup[] {
  const filters = query.filters.map((filter) => [filter.dimension, matcherOf(filter)] as const);
  const selected = all.filter(
    (stream) =>
      (compartmentId === undefined || stream.compartmentId === compartmentId) &&
      filters.every(([dimension, matches]) => matches(stream.dimensions[dimension])),
  );
  const { groupBy } = query;
  if (groupBy === undefined) {
    return selected.map(({ stream, ...labels }) => ({ ...labels, streams: [stream] }));
  }
  return group(selected, groupBy);
}

/** By tenancy: a query for one member of thousands is not to cost the labelling of them all. */
const labelled = new WeakMap<EmulatedTenancy, Map<"cpu" | "memory", readonly LabelledStream[]>>();

/** What the agents of the tenancy's instances emit under this name. */
export function agentStreams(tenancy: EmulatedTenancy, metric: string): readonly LabelledStream[] {
  const name = streamNames.get(metric);
  if (name === undefined) return [];
  const byName = labelled.get(tenancy) ?? new Map<"cpu" | "memory", readonly LabelledStream[]>();
  labelled.set(tenancy, byName);
  const known = byName.get(name) ?? labelStreams(tenancy, name);
  byName.set(name, known);
  return known;
}

function labelStreams(tenancy: EmulatedTenancy, name: "cpu" | "memory"): readonly LabelledStream[] {
  return tenancy.pools.flatMap((pool) =>
    pool.instances.flatMap((instance, index) => {
      const compartmentId = instance.compartmentId ?? pool.compartmentId;
      const former = (instance.former ?? []).map((streams) => ({
        ...instance,
        cpu: undefined,
        memory: undefined,
        ...streams,
      }));
      return [...former, instance].flatMap((labels) => {
        const stream = labels[name];
        if (stream === undefined) return [];
        return [{ compartmentId, dimensions: dimensionsOf(pool, labels, index), stream }];
      });
    }),
  );
}

/** The eight dimensions of oci_computeagent. */
function dimensionsOf(
  pool: EmulatedPool,
  instance: Pick<EmulatedInstance, "id" | "displayName" | "instancePoolDimension">,
  index: number,
): Readonly<Record<string, string>> {
  return {
    ...placementOf(index),
    imageId: `ocid1.image.oc1.${region.key}.aaaaaaaaemulatedimage`,
    instancePoolId: instance.instancePoolDimension ?? pool.id,
    region: region.id,
    resourceDisplayName: instance.displayName,
    resourceId: instance.id,
    shape,
  };
}

function group(
  streams: readonly LabelledStream[],
  groupBy: readonly string[],
): readonly StreamGroup[] {
  const groups = new Map<string, StreamGroup & { readonly streams: MetricStream[] }>();
  for (const { compartmentId, dimensions, stream } of streams) {
    const labels = groupBy.map((name) => [name, dimensions[name]] as const);
    const known = labels.filter((label): label is readonly [string, string] => label[1] != null);
    if (known.length < labels.length) continue;
    const key = JSON.stringify(labels);
    const existing = groups.get(key);
    if (existing) existing.streams.push(stream);
    else
      groups.set(key, { compartmentId, dimensions: Object.fromEntries(known), streams: [stream] });
  }
  return [...groups.values()];
}

function matcherOf({ operator, value }: DimensionFilter): (actual: string | undefined) => boolean {
  if (operator === "=") return (actual) => actual === value;
  const patterns = value.split("|");
  const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const wild = patterns.filter((pattern) => pattern.includes("*"));
  return (actual) =>
    actual !== undefined &&
    (exact.has(actual) || wild.some((pattern) => matchesWildcards(pattern, actual)));
}

/** `*` stands for anything. Without a regular expression, so that no pattern takes forever. */
function matchesWildcards(pattern: string, text: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return text === head;
  if (!text.startsWith(head) || text.length < head.length + tail.length) return false;
  let position = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return position <= text.length - tail.length && text.endsWith(tail);
}
