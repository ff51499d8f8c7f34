import { execFile, spawn } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { atProcessEnd, cachedDirectory, createTemporaryDirectory } from "./temporary-directory.ts";

const run = promisify(execFile);

const downloadTimeoutMs = 120_000;
const startTimeoutMs = 30_000;

type PackageName = "prometheus" | "prometheus-node-exporter";

const executableNames: Readonly<Record<PackageName, readonly string[]>> = {
  prometheus: ["prometheus"],
  // Debian renamed upstream's executable.
  "prometheus-node-exporter": ["prometheus-node-exporter", "node_exporter"],
};

/**
 * The path of an executable: the installed one, or else a copy from the Debian package that is
 * fetched once, needs no root and leaves the system as it is. Throws an Error that says what to
 * install where there is no apt-get.
 */
export async function findExecutable(name: PackageName): Promise<string> {
  const installed = await findOnPath(executableNames[name]);
  if (installed) {
    return installed;
  }
  const directory = await cachedDirectory(`debian/${name}`, (into) => fetchPackage(name, into));
  return join(directory, "usr/bin", name);
}

async function findOnPath(names: readonly string[]): Promise<string | undefined> {
  const script = 'PATH="$PATH:/usr/bin"; for name; do command -v "$name" && exit; done; true';
  const { stdout } = await run("sh", ["-c", script, "sh", ...names]);
  return stdout.trim() || undefined;
}

async function fetchPackage(name: PackageName, into: string): Promise<void> {
  if (!((await findOnPath(["apt-get"])) && (await findOnPath(["dpkg-deb"])))) {
    throw new Error(
      "install Prometheus and node_exporter, e.g. `brew install prometheus node_exporter`, so that `prometheus` and `node_exporter` are on PATH",
    );
  }
  const scratch = await createTemporaryDirectory();
  try {
    await download(name, scratch.path);
    const archive = (await readdir(scratch.path)).find((file) => file.endsWith(".deb"));
    if (!archive) {
      throw new Error(`apt-get downloaded no ${name}`);
    }
    await run("dpkg-deb", ["-x", join(scratch.path, archive), into], {
      timeout: downloadTimeoutMs,
    });
  } finally {
    await scratch.remove();
  }
}

async function download(name: PackageName, scratch: string): Promise<void> {
  const configFile = join(scratch, "apt.conf");
  await mkdir(join(scratch, "state/lists/partial"), { recursive: true });
  await mkdir(join(scratch, "cache/archives/partial"), { recursive: true });
  await writeFile(configFile, aptConfiguration(scratch));
  const options = { cwd: scratch, timeout: downloadTimeoutMs };
  // The lists are always our own: the system's may be empty or name versions that are gone. One
  // unreachable third-party source fails the update and doesn't matter: the download decides.
  const failedUpdate = await run("apt-get", ["-c", configFile, "update"], options).then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    await run("apt-get", ["-c", configFile, "download", name], options);
  } catch (error) {
    throw new Error(`apt-get could not download ${name}`, {
      cause: failedUpdate ? new AggregateError([failedUpdate, error]) : error,
    });
  }
}

/**
 * Keeps apt off the system's directories, and as root from changing to the user `_apt`, who can't
 * write to ours. The cleared hooks belong to the system's lists and archives; `-c`, unlike
 * APT_CONFIG, is read after the files that set them.
 */
function aptConfiguration(scratch: string): string {
  return `Dir::State "${scratch}/state";
Dir::Cache "${scratch}/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;
}

export interface Server {
  /** host:port, where the port is the one that the server got if it was to take any. */
  readonly address: string;
  kill(): Promise<void>;
}

/**
 * Starts a server of the Prometheus family and waits, 30 s at most, until `isReady` says so of its
 * address. Throws with what the server printed if it ends or isn't ready by then. A first start may
 * take longer by the download.
 */
export async function startServer(
  name: PackageName,
  serverArguments: readonly string[],
  isReady: (address: string, signal: AbortSignal) => Promise<boolean>,
): Promise<Server> {
  const child = spawn(await findExecutable(name), serverArguments, {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const forget = atProcessEnd(() => child.kill("SIGKILL"));
  let output = "";
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      output += error.message;
      resolve();
    });
  }).then(() => {
    ended = true;
    forget();
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await end;
  };

  let address: string | undefined;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output = `${output}${text}`.slice(-20_000);
    // Printed with port 0 resolved, so that no port is chosen before it is taken.
    address ??= /msg="Listening on" address=(\S+)\s/.exec(output)?.[1];
  });

  const deadline = AbortSignal.timeout(startTimeoutMs);
  while (!(address && (await isReady(address, deadline).catch(() => false)))) {
    if (ended || deadline.aborted) {
      const fault = ended ? "ended" : "was not ready in time";
      await kill();
      const printed = output.trim().split("\n").slice(-10).join("\n");
      throw new Error(`${name} ${fault}; it printed\n${printed}`);
    }
    await delay(20);
  }
  return { address, kill };
}
