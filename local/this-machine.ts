import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { MetricStream } from "./oci-emulator/tenancy.ts";

/** This machine's own load, as its agent would report it. */
export interface MachineMetrics {
  readonly cpu: MetricStream;
  readonly memory: MetricStream;
}

const samplesPerMinute = 6;
const minuteMs = 60_000;
/** As far back as anybody looks: the most that `windowMinutes` may be. */
const rememberedMinutes = 1_440;

/**
 * Measures this machine for a little over a second, and goes on in the background. Oracle Cloud
 * Agent takes its six samples of a minute ten seconds apart; nobody wants to wait a minute here, so
 * the first six are taken in a row, and filed under the last whole minute, which is the newest that
 * the function asks for.
 */
export async function measureThisMachine(
  now: () => Date = () => new Date(),
): Promise<MachineMetrics> {
  const minutes = new Map<number, Load[]>();
  const file = (minute: number, load: Load) => {
    minutes.set(minute, [...(minutes.get(minute) ?? []), load]);
    const [oldest] = minutes.keys();
    if (minutes.size > rememberedMinutes && oldest !== undefined) minutes.delete(oldest);
  };
  let before = cpuTimes();
  const measure = (): Load => {
    const after = cpuTimes();
    const total = after.total - before.total;
    const cpu = total > 0 ? (100 * (after.busy - before.busy)) / total : 0;
    before = after;
    return { cpu, memory: 100 * (1 - os.freemem() / os.totalmem()) };
  };
  const thisMinute = () => Math.floor(now().getTime() / minuteMs) * minuteMs;
  const first: Load[] = [];
  for (let sample = 0; sample < samplesPerMinute; sample++) {
    await sleep(200);
    first.push(measure());
  }
  const lastMinute = thisMinute() - minuteMs;
  for (const load of first) file(lastMinute, load);
  setInterval(() => file(thisMinute(), measure()), minuteMs / samplesPerMinute).unref();
  const stream = (metric: keyof Load): MetricStream => {
    return (asked) => (minutes.get(asked.getTime()) ?? []).map((load) => load[metric]);
  };
  return { cpu: stream("cpu"), memory: stream("memory") };
}

/** Percent, at one instant. */
interface Load {
  readonly cpu: number;
  readonly memory: number;
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
