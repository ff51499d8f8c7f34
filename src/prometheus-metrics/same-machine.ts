import type { CpuStep, Target } from "./target.ts";

/** Kernels count in ticks, and scrapes take a while. */
const slackSeconds = 1;

/**
 * Whether the counters of targets are those of one machine: two machines have been running for other times, or have
 * been busy for others. Undefined where they aren't known, as for a mean, or not comparable.
 */
export function haveSameCounters(targets: readonly Target[]): boolean | undefined {
  const [first, ...others] = targets.map(({ exporter, cpu }) => {
    const newest = cpu?.steps.findLast(({ stamp }) => stamp !== undefined);
    return { kind: [exporter.cpu.name, cpu?.missing.join()].join(), newest };
  });
  if (first?.newest === undefined || others.length === 0) return undefined;
  let same = true;
  for (const { kind, newest } of others) {
    if (newest === undefined || kind !== first.kind) return undefined;
    same &&= areOfOneMachine(first.newest, newest);
  }
  return same;
}

function areOfOneMachine(one: CpuStep, other: CpuStep): boolean {
  if (one.stamp === undefined || other.stamp === undefined) return false;
  const { cpus } = one.stamp;
  const passed = cpus * (other.stamp.time - one.stamp.time);
  const slack = cpus * slackSeconds + 0.02 * Math.abs(passed);
  const [busy, all] = [other.busy - one.busy, other.all - one.all];
  const isBusy = busy >= Math.min(0, passed) - slack && busy <= Math.max(0, passed) + slack;
  return cpus === other.stamp.cpus && isBusy && Math.abs(all - passed) <= slack;
}

/** Whether the server was told that a target's series have ended, as it is known by other labels now. */
export function hasEnded({ cpu, scrapes }: Target): boolean {
  if (cpu?.known !== true || cpu.missing.includes("idle")) return false;
  return scrapes.tries.length > 0 && !scrapes.failed && cpu.steps.at(-1)?.stamp === undefined;
}
