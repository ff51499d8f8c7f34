import { readdirSync, readFileSync } from "node:fs";

/** A process' memory in MB; `files` is the part of `resident` that is mapped from files. */
export interface Memory {
  readonly resident: number;
  readonly peak: number;
  readonly files: number;
}

/** Undefined where the system doesn't tell, which only Linux does. */
export function memoryOf(pid: number | undefined): Memory | undefined {
  if (process.platform !== "linux" || pid === undefined) return undefined;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  return { resident: megabytes("VmRSS"), peak: megabytes("VmHWM"), files: megabytes("RssFile") };
}

/** How many descriptors a process has open; undefined where the system doesn't tell. */
export function descriptorsOf(pid: number | undefined): number | undefined {
  if (process.platform !== "linux" || pid === undefined) return undefined;
  return readdirSync(`/proc/${pid}/fd`).length;
}
