import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The build that some figures stand beside: it asked for metrics when it knew the members. */
export const earlierCommit = "6e02f8a";

/**
 * Builds the function of the earlier commit, once, with the packages that are installed now. Returns
 * the path of its bundle.
 * @throws Error where the history doesn't reach back so far
 */
export async function buildEarlier(): Promise<string> {
  const directory = resolve("dist/bench", earlierCommit);
  const bundle = join(directory, "dist/func.cjs");
  if (existsSync(`${bundle}.cache`)) return bundle;
  await mkdir(directory, { recursive: true });
  const archive = `git archive ${earlierCommit} | tar -x -C "${directory}"`;
  await run("bash", ["-o", "pipefail", "-c", archive]).catch((cause: unknown) => {
    const hint = "git fetch --unshallow brings it";
    throw new Error(`The history has no commit ${earlierCommit}; ${hint}.`, { cause });
  });
  const packages = join(directory, "node_modules");
  if (!existsSync(packages)) await symlink(resolve("node_modules"), packages);
  await run("npm", ["run", "build"], { cwd: directory });
  return bundle;
}
