import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { InstanceMetrics } from "../result/pool-metrics.ts";
import { type AskedAhead, askPool } from "./ask-pool.ts";
import { labelHint, sharedHint } from "./hints.ts";
import { matchTargets } from "./match-targets.ts";
import { readMembers } from "./readings.ts";
import { recognize } from "./recognize.ts";
import type { Sources } from "./sources.ts";

/**
 * Measures members by the exporters that are known here:
 *
 *     recognize()             what labels may hold for each member; who is looked up on OCI's side
 *       askPool()             two queries for each selector: CPU, and samples of memory and of `up`
 *         getCpuRamMetrics()  rows of one host together (rows.ts), and what they show (target.ts)
 *       matchTargets()        whose each target is
 *     readMembers()           a verdict on each target's CPU (cpu.ts, cpu-steps.ts) and memory (memory.ts),
 *                             or a question about it
 *       askAgain()            hosts with the same question together
 *
 * An exporter of the operator's takes the same steps (own-exporter.ts).
 */
export async function measureMembers(
  { server, hostsOf, now: ownClock, shown, matchLabels }: Sources,
  instances: readonly Instance[],
  spec: PoolSpec,
  ahead: AskedAhead | undefined,
): Promise<InstanceMetrics> {
  const { answers, matched, members, failure } = await recognize(
    hostsOf,
    instances,
    spec,
    async (names) => {
      const asked = await askPool(server, names, spec, ahead, shown);
      return { ...asked, now: asked.metrics.clock.now ?? ownClock().getTime() / 1000 };
    },
    ({ metrics, now }, names, isKnown) => matchTargets(metrics.targets, names, spec, now, isKnown),
  );
  const { inquiry, metrics, now } = answers;
  const nothing = metrics.targets.length === 0 && inquiry.failures.length === 0;
  const { warnings, ...read } = await readMembers({ ...answers, matched, members, spec });
  const hint =
    nothing && failure === undefined
      ? await labelHint(server, spec, members, matchLabels)
      : undefined;
  const end = new Date(now * 1000);
  return {
    ...read,
    window: { start: new Date(end.getTime() - spec.windowMinutes * 60_000), end },
    warnings: [...inquiry.warnings, ...warnings],
    partial: inquiry.partial,
    hint: hint ?? sharedHint(read, spec),
    failures: [...inquiry.failures, ...(failure ? [failure] : [])],
  };
}
