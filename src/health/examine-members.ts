import { type InstancePool, runningInstances } from "../instance-manager/instance-pool.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** States of members that are on their way out, and so no surprise. */
const leaving: ReadonlySet<string> = new Set(["TERMINATING", "TERMINATED"]);

/** Who is in the pool, and who of them can have a utilization at all. */
export function examineMembers(pool: InstancePool, diagnosis: Diagnosis): void {
  const { instances } = pool;
  const running = runningInstances(pool);
  const others = new Map<string, number>();
  for (const { state } of instances) {
    if (state !== "RUNNING") others.set(state, (others.get(state) ?? 0) + 1);
  }
  const states = [...others].map(([state, count]) => `${count} ${state}`).join(", ");
  const listed = `ListInstancePoolInstances: ${instances.length} member(s).`;
  diagnosis.add({ step: "members", status: "ok", message: listed });
  if (running.length === 0) {
    const who = instances.length === 0 ? "The pool has no members" : `No member runs: ${states}`;
    diagnosis.add({
      step: "running",
      status: "failed",
      message: `${who}.`,
      hint: "Start the pool, or raise its size.",
      code: "EMPTY_POOL",
    });
    return;
  }
  const message = `${running.length} of ${instances.length} member(s) run${states && `; ${states}`}.`;
  const surprising = [...others.keys()].some((state) => !leaving.has(state));
  diagnosis.add({
    step: "running",
    status: surprising ? "warning" : "ok",
    message,
    hint: surprising
      ? "Only running members are measured. Start those that should work."
      : undefined,
  });
}
