import { rmSync } from "node:fs";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const cacheRoot = fileURLToPath(
  new URL("../../node_modules/.cache/oci-pool-utilization", import.meta.url),
);

const endActions = new Set<() => void>();
const fillsUnderWay = new Map<string, Promise<string>>();

/**
 * Has a synchronous clean-up done when this process ends, unless it is called off before; returns
 * the function that calls it off. Only SIGKILL goes round it.
 */
export function atProcessEnd(action: () => void): () => void {
  watchForProcessEnd();
  endActions.add(action);
  return () => endActions.delete(action);
}

function watchForProcessEnd(): void {
  if (process.listeners("exit").includes(runEndActions)) {
    return;
  }
  process.once("exit", runEndActions);
  // A signal's default action skips "exit" handlers, and SIGTERM is how vitest ends its workers.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    if (process.listenerCount(signal) === 0) {
      process.once(signal, () => process.exit(1));
    }
  }
}

function runEndActions(): void {
  for (const action of endActions) {
    action();
  }
}

export interface TemporaryDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/** An empty directory that is gone after `remove()`, or when the process ends. */
export async function createTemporaryDirectory(parent = tmpdir()): Promise<TemporaryDirectory> {
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, "oci-pool-utilization-"));
  const forget = atProcessEnd(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      forget();
    },
  };
}

/**
 * The path of a directory in the project's cache that `fill` has filled, on this machine, once. It
 * appears whole or not at all, so that test processes that start together don't clash.
 */
export function cachedDirectory(
  name: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const path = join(cacheRoot, name);
  const underWay = fillsUnderWay.get(path);
  if (underWay) {
    return underWay;
  }
  const filled = fillOnce(path, fill).finally(() => fillsUnderWay.delete(path));
  fillsUnderWay.set(path, filled);
  return filled;
}

async function fillOnce(path: string, fill: (directory: string) => Promise<void>): Promise<string> {
  if (await exists(path)) {
    return path;
  }
  // Beside its final place: a rename is atomic only within one file system.
  const draft = await createTemporaryDirectory(dirname(path));
  try {
    await fill(draft.path);
    await rename(draft.path, path);
  } catch (error) {
    if (!(await exists(path))) {
      throw error;
    }
    // Another process was faster; its copy is as good as ours.
  } finally {
    await draft.remove();
  }
  return path;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
