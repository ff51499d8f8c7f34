import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { InstanceReadings } from "../result/reading.ts";
import type { CpuRamMetrics } from "./get-cpu-ram-metrics.ts";
import { ambiguousMembers, type Identify, identifier, type MemberNames } from "./members.ts";
import type { Target } from "./target.ts";

/** Which member measured what. */
export interface MatchedTargets {
  /** By instance OCID, for every member. */
  readonly readings: ReadonlyMap<string, InstanceReadings>;
  /** Members of which no target is known to be theirs. */
  readonly unmatched: readonly Instance[];
  /** Whether there are targets that may be theirs. */
  readonly leftOver: boolean;
  readonly warnings: readonly string[];
}

const unresolved: InstanceReadings = { cpu: "unresolved_host", memory: "unresolved_host" };

/** Gives each member the reading of the target that it is. */
export function matchTargets(
  { targets, unanswered }: CpuRamMetrics,
  members: MemberNames,
  spec: PoolSpec,
): MatchedTargets {
  const labels = targets.map((target) => target.labels);
  const { found, strangers } = assignTargets(targets, identifier(members, spec, labels));
  const ambiguous = ambiguousMembers(members);
  const silence: InstanceReadings = {
    cpu: unanswered.cpu ? "query_failed" : "no_data",
    memory: unanswered.memory ? "query_failed" : "no_data",
  };
  const readings = new Map<string, InstanceReadings>();
  for (const [{ id }, names] of members)
    readings.set(id, names.length === 0 ? unresolved : silence);
  for (const { id } of ambiguous) readings.set(id, unresolved);
  const disputed = new Set<Instance>();
  for (const [instance, candidates] of found) {
    if (isDisputed(candidates, spec)) disputed.add(instance);
    const own = disputed.has(instance) ? unresolved : bestOf(candidates);
    readings.set(instance.id, own ?? silence);
  }
  return {
    readings,
    unmatched: [...members.keys()].filter((one) => !found.has(one) || disputed.has(one)),
    leftOver: strangers > 0 || disputed.size > 0,
    warnings: warningsOf(strangers, found, ambiguous.length + disputed.size),
  };
}

function assignTargets(targets: readonly Target[], identify: Identify) {
  const found = new Map<Instance, Target[]>();
  let strangers = 0;
  for (const target of targets) {
    const instance = identify(target.labels);
    const others = instance && found.get(instance);
    if (instance === undefined) strangers++;
    else if (others === undefined) found.set(instance, [target]);
    else others.push(target);
  }
  return { found, strangers };
}

/** One host scraped twice is one reading: the most complete, then the first by its labels. */
function bestOf(candidates: readonly Target[]): InstanceReadings | undefined {
  const numbers = ({ cpu, memory }: Target) =>
    [cpu, memory].filter((reading) => typeof reading === "number").length;
  const order = ({ labels }: Target) => JSON.stringify(Object.entries(labels).sort());
  const [best] = [...candidates].sort(
    (a, b) => numbers(b) - numbers(a) || order(a).localeCompare(order(b)),
  );
  return best;
}

/** Labels in which the scrapes of one machine differ: the job, and which of several servers it was. */
const scrapeLabels = /^(?:job|prometheus|monitor|service|endpoint)$|replica/;

/**
 * Whether these are several machines: a machine that is scraped twice has the same labels both
 * times, but for those about the scrape, and as much memory.
 */
function isDisputed(candidates: readonly Target[], { prometheus }: PoolSpec): boolean {
  const { label, by } = prometheus.match;
  // An OCID is a whole identity.
  if (candidates.length === 1 || by === "instanceId") return false;
  const current = candidates.filter((target) => !isGone(target));
  const several = (values: readonly unknown[]) =>
    new Set(values.filter((value) => value !== undefined)).size > 1;
  const names = new Set(current.flatMap(({ labels }) => Object.keys(labels)));
  const differing = [...names].filter((name) =>
    several(
      current.map(({ labels }) => (Object.hasOwn(labels, name) ? hostIn(labels[name]) : undefined)),
    ),
  );
  const tellApart = (name: string) => {
    // A member may have two addresses.
    if (name === label || name === "instance") return by !== "privateIp";
    return !scrapeLabels.test(name);
  };
  return differing.some(tellApart) || several(current.map(({ totalMemory }) => totalMemory));
}

/** Whether it is no longer scraped, and only seen in the window. */
function isGone({ cpu, memory }: Target): boolean {
  return memory === "stale" && typeof cpu !== "number";
}

/** The host of a label's value, without its port. */
function hostIn(value: string | undefined): string | undefined {
  return value?.replace(/:\d+$/, "").toLowerCase();
}

function warningsOf(
  strangers: number,
  found: ReadonlyMap<Instance, readonly Target[]>,
  ambiguous: number,
): readonly string[] {
  const twice = [...found.values()].filter((candidates) => candidates.length > 1).length;
  return [
    ...(strangers > 0 ? [`${strangers} selected target(s) belong to no running member`] : []),
    ...(twice > 0 ? [`${twice} member(s) are scraped by more than one target; one was used`] : []),
    ...(ambiguous > 0
      ? [`${ambiguous} member(s) have a name that others have, too; match by instanceId instead`]
      : []),
  ];
}
