import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { whyGone } from "./freshness.ts";
import { type Matched, matchMembers } from "./match-members.ts";
import type { MemberNames } from "./members.ts";
import { hasEnded } from "./same-machine.ts";
import { isHost, type Target } from "./target.ts";

/**
 * Gives each member the targets that it is.
 * @param now the server's time, in unix seconds
 */
export function matchTargets(
  targets: readonly Target[],
  members: MemberNames,
  spec: PoolSpec,
  now: number,
  isKnown?: (instance: Instance) => boolean,
): Matched<Target> {
  const areSeveral = (own: readonly Target[]) => isDisputed(hostsAmong(own), spec, now);
  const matched = matchMembers(targets, members, spec, areSeveral, isKnown);
  const found = [...matched.found].map(([instance, own]) => [instance, hostsAmong(own)] as const);
  return { ...matched, found: new Map(found) };
}

/** What has nothing but a failed `up` may be any exporter: it counts where there is nothing else. */
function hostsAmong(candidates: readonly Target[]): readonly Target[] {
  const hosts = candidates.filter(isHost);
  return hosts.length > 0 ? hosts : candidates;
}

/** Labels in which the scrapes of one machine differ: the job, and which of several servers it was. */
const scrapeLabels = /^(?:job|prometheus|monitor|service|endpoint)$|replica/;

/**
 * Whether these are several machines: a machine that is scraped twice has the same labels both
 * times, but for those about the scrape, and as much memory.
 */
function isDisputed(all: readonly Target[], { prometheus }: PoolSpec, now: number): boolean {
  const { label, by } = prometheus.match;
  // An OCID is a whole identity.
  if (all.length === 1 || by === "instanceId") return false;
  // Machines are told apart by what they measure: there is nothing to mix up yet.
  if (!all.some(isHost)) return false;
  // What is no longer scraped, and only seen in the window, is no rival.
  const candidates = all.filter(
    (target) => whyGone(target, { now })?.reading !== "stale" && !hasEnded(target),
  );
  const several = (values: readonly unknown[]) =>
    new Set(values.filter((value) => value !== undefined)).size > 1;
  const names = new Set(candidates.flatMap(({ labels }) => Object.keys(labels)));
  const differing = [...names].filter((name) =>
    several(
      candidates.map(({ labels }) =>
        Object.hasOwn(labels, name) ? hostIn(labels[name]) : undefined,
      ),
    ),
  );
  const tellApart = (name: string) => {
    // A member may have two addresses.
    if (name === label || name === "instance") return by !== "privateIp";
    return !scrapeLabels.test(name);
  };
  return differing.some(tellApart) || haveOtherMemory(candidates);
}

/** As much as exporters differ in what they count as memory. */
const mostApart = 1.25;

/** Whether targets are of machines with other memory: an exporter shows the same of one machine, unless it adds it up. */
function haveOtherMemory(candidates: readonly Target[]): boolean {
  const known = candidates.flatMap(({ exporter, memory: { total } }) =>
    total === undefined ? [] : [{ exporter, total }],
  );
  return known.some((one) =>
    known.some(({ exporter, total }) =>
      exporter === one.exporter && exporter.memory.size === undefined
        ? total !== one.total
        : total > mostApart * one.total,
    ),
  );
}

/** The host of a label's value, without its port. */
function hostIn(value: string | undefined): string | undefined {
  return value?.replace(/:\d+$/, "").toLowerCase();
}
