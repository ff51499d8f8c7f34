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
  /** Members without a target. */
  readonly silent: readonly Instance[];
  /** Targets without a member. */
  readonly strangers: number;
  readonly warnings: readonly string[];
}

const unresolved: InstanceReadings = { cpu: "unresolved_host", memory: "unresolved_host" };

/** Gives each member the reading of the target that it is. */
export function matchTargets(
  { targets, unanswered }: CpuRamMetrics,
  members: MemberNames,
  spec: PoolSpec,
): MatchedTargets {
  const { found, strangers } = assignTargets(targets, identifier(members, spec));
  const ambiguous = ambiguousMembers(members);
  const silence: InstanceReadings = {
    cpu: unanswered.cpu ? "query_failed" : "no_data",
    memory: unanswered.memory ? "query_failed" : "no_data",
  };
  const readings = new Map<string, InstanceReadings>();
  for (const [{ id }, names] of members)
    readings.set(id, names.length === 0 ? unresolved : silence);
  for (const { id } of ambiguous) readings.set(id, unresolved);
  const disputed = [...found].filter(([, candidates]) => isDisputed(candidates, spec));
  for (const [{ id }, candidates] of found) readings.set(id, bestOf(candidates) ?? silence);
  for (const [{ id }] of disputed) readings.set(id, unresolved);
  return {
    readings,
    silent: [...members.keys()].filter((instance) => !found.has(instance)),
    strangers,
    warnings: warningsOf(strangers, found, ambiguous.length + disputed.length),
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

/**
 * Whether these are several hosts: the same name in two domains is two machines, and a machine that
 * is scraped twice has as much memory both times.
 */
function isDisputed(candidates: readonly Target[], { prometheus }: PoolSpec): boolean {
  const alive = candidates.filter(({ memory }) => typeof memory === "number");
  if (new Set(alive.map(({ totalMemory }) => totalMemory)).size > 1) return true;
  const { label: own, by } = prometheus.match;
  // An OCID or an address is a whole identity, and a member may have two addresses.
  if (by === "instanceId" || by === "privateIp") return false;
  const label = by === "poolId" ? "instance" : own;
  const hosts = candidates.map(({ labels }) =>
    (labels[label] ?? "").replace(/:\d+$/, "").toLowerCase(),
  );
  return new Set(hosts).size > 1;
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
