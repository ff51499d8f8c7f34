import { readdirSync, readFileSync } from "node:fs";

/** The CPU time that all threads of a process have had so far, user mode and kernel. Linux only. */
export function cpuMsOf(pid: number | undefined): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    // In nanoseconds, where /proc/<pid>/stat counts hundredths of a second.
    const [onCpu] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    nanoseconds += Number(onCpu);
  }
  return nanoseconds / 1e6;
}

/** The resident memory of a process now, in MB of 1,048,576 bytes, as Fn counts them. Linux only. */
export function residentMbOf(pid: number | undefined): number {
  return statusOf(pid, "VmRSS");
}

/** The most resident memory that a process ever had. Linux only. */
export function peakMbOf(pid: number | undefined): number {
  return statusOf(pid, "VmHWM");
}

function statusOf(pid: number | undefined, key: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
}
