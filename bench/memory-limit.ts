import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A memory limit as Fn's container has one: Node sizes its heap by it. */
export interface MemoryLimit {
  readonly megabytes: number;
  /** Runs node under the limit. */
  readonly nodePath: string;
  remove(): void;
}

const root = "/sys/fs/cgroup";

/** Where a group is made, and the file of its limit, in the two versions of Linux's cgroups. */
const versions = [
  { parent: join(root, "memory"), limit: "memory.limit_in_bytes" },
  { parent: root, limit: "memory.max" },
];

/** Makes a limit; undefined where that can't be done: it takes Linux, root and a cgroup to write to. */
export function limitMemory(megabytes: number): MemoryLimit | undefined {
  const name = `oci-pool-utilization-${process.pid}`;
  for (const { parent, limit } of versions) {
    const group = join(parent, name);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    if (!existsSync(join(group, limit))) {
      rmdirSync(group);
      continue;
    }
    writeFileSync(join(group, limit), String(megabytes * 1024 * 1024));
    const nodePath = join(tmpdir(), name);
    const script = `#!/bin/sh\necho $$ > ${join(group, "cgroup.procs")}\nexec ${process.execPath} "$@"\n`;
    writeFileSync(nodePath, script, { mode: 0o755 });
    const remove = () => {
      rmSync(nodePath);
      rmdirSync(group);
    };
    return { megabytes, nodePath, remove };
  }
  return undefined;
}
