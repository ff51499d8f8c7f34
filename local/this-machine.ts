import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { MetricStream } from "./oci-emulator/tenancy.ts";

/** This machine's own load, as its agent would report it. */
export interface MachineMetrics {
  readonly cpu: MetricStream;
  readonly memory: MetricStream;
}

const samples = 6;
const minuteMs = 60_000;

/**
 * Measures this machine for a little over a second. Oracle Cloud Agent takes its six samples of a
 * minute ten seconds apart; nobody wants to wait a minute here, so they are taken in a row, and
 * filed under the last whole minute, which is the newest that the function asks for.
 */
export async function measureThisMachine(
  now: () => Date = () => new Date(),
): Promise<MachineMetrics> {
  const cpu: number[] = [];
  const memory: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const before = cpuTimes();
    await sleep(200);
    const after = cpuTimes();
    const total = after.total - before.total;
    cpu.push(total > 0 ? (100 * (after.busy - before.busy)) / total : 0);
    memory.push(100 * (1 - os.freemem() / os.totalmem()));
  }
  const minute = Math.floor(now().getTime() / minuteMs) * minuteMs - minuteMs;
  const at = (values: readonly number[]): MetricStream => {
    return (asked) => (asked.getTime() === minute ? values : []);
  };
  return { cpu: at(cpu), memory: at(memory) };
}

/** Milliseconds that all cores together have spent, since boot. */
function cpuTimes(): { readonly busy: number; readonly total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of os.cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { busy: total - idle, total };
}
