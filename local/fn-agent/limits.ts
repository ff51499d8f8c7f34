import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Open files of a function, and processes with their threads, as Fn's agent has them. */
const maximumFiles = 350;
const maximumProcesses = 50;

const root = "/sys/fs/cgroup";

/** A control group's files, in the order that they are written; what isn't there is left out. */
interface Control {
  /** Where the groups of this version of Linux's cgroups are made. */
  readonly parent: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The limits of one container. Linux enforces that of the memory, by killing, and that of processes,
 * for who may make control groups; the limit of files holds everywhere.
 */
export class Limits {
  readonly #groups: readonly string[];
  /** Whether more memory than this ends the process. */
  readonly memory: boolean;

  private constructor(groups: readonly string[]) {
    this.#groups = groups;
    this.memory = groups.some((group) => memoryFiles.some((name) => existsSync(join(group, name))));
  }

  /** Makes them for a container of this name. */
  static make(name: string, megabytes: number): Limits {
    const groups = controls(megabytes).flatMap(({ parent, files }) => {
      const group = join(parent, `fn-${name}`);
      return makeGroup(group, files) ? [group] : [];
    });
    return new Limits(groups);
  }

  /** A command that runs another one under these limits; it is in the groups before it starts. */
  command(path: string, commandArguments: readonly string[]): readonly [string, string[]] {
    const enter = this.#groups.map((group) => `echo $$ > ${join(group, "cgroup.procs")}`);
    // A shell sets variables of its own, which a container doesn't have.
    const leave = ["unset PWD OLDPWD SHLVL", 'exec "$@"'];
    const script = [...enter, `ulimit -n ${maximumFiles}`, ...leave].join("; ");
    return ["/bin/sh", ["-c", script, "sh", path, ...commandArguments]];
  }

  /** To be called when every process was killed; waits a moment for the kernel to let go of them. */
  remove(): void {
    for (const group of this.#groups) {
      for (let attempt = 0; attempt < removalAttempts && existsSync(group); attempt++) {
        if (attempt > 0) Atomics.wait(nobodyWakes, 0, 0, removalPauseMs);
        tryToRemove(group);
      }
    }
  }
}

const removalAttempts = 50;
const removalPauseMs = 2;
const nobodyWakes = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function tryToRemove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // Somebody in it is still dying.
  }
}

/** Whether this machine lets us limit memory: it takes Linux, and the right to make a control group. */
export function canLimitMemory(): boolean {
  const limits = Limits.make(`probe-${process.pid}`, 64);
  limits.remove();
  return limits.memory;
}

const memoryFiles = ["memory.max", "memory.limit_in_bytes"];

function controls(megabytes: number): readonly Control[] {
  const bytes = String(megabytes * 1024 * 1024);
  const processes = String(maximumProcesses);
  const versionOne = [
    {
      parent: join(root, "memory"),
      // Fn's containers have no swap.
      files: {
        "memory.limit_in_bytes": bytes,
        "memory.memsw.limit_in_bytes": bytes,
        "memory.swappiness": "0",
      },
    },
    { parent: join(root, "pids"), files: { "pids.max": processes } },
  ];
  const versionTwo = {
    parent: root,
    files: { "memory.max": bytes, "memory.swap.max": "0", "pids.max": processes },
  };
  return existsSync(join(root, "memory")) ? versionOne : [versionTwo];
}

/** Whether there is a group that limits anything; without the right to make one, there is none. */
function makeGroup(group: string, files: Control["files"]): boolean {
  try {
    mkdirSync(group);
  } catch {
    return false;
  }
  const there = Object.entries(files).filter(([name]) => existsSync(join(group, name)));
  for (const [name, value] of there) writeFileSync(join(group, name), value);
  if (there.length === 0) rmdirSync(group);
  return there.length > 0;
}
