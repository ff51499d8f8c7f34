import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cachedDirectory, createTemporaryDirectory } from "./temporary-directory.ts";

const run = promisify(execFile);

const downloadTimeoutMs = 120_000;

export type PackageName = keyof typeof executables;

/** Testing has newer versions, which move on; what was fetched once is kept. */
export type Suite = "stable" | "testing";

export interface Executable {
  readonly path: string;
  /** As "3.5.3+ds1-6"; of an installed one what it prints of itself. */
  readonly version: string;
}

/** What each package is installed as, and where in it that lies. */
const executables = {
  prometheus: { names: ["prometheus"], path: "usr/bin/prometheus" },
  // Debian renamed upstream's executable.
  "prometheus-node-exporter": {
    names: ["prometheus-node-exporter", "node_exporter"],
    path: "usr/bin/prometheus-node-exporter",
  },
  "victoria-metrics": { names: ["victoria-metrics"], path: "usr/bin/victoria-metrics" },
  nginx: { names: ["nginx"], path: "usr/sbin/nginx" },
  "collectd-core": { names: ["collectd"], path: "usr/sbin/collectd" },
  "netdata-core": { names: ["netdata"], path: "usr/sbin/netdata" },
  influxdb: { names: ["influxd"], path: "usr/bin/influxd" },
} as const;

/** What executables of packages need beside them, where the system doesn't have it. */
type LibraryName = "libmicrohttpd12" | "libprotobuf-c1";

const versionFile = "VERSION";

/**
 * An executable of Debian's: of the stable suite the installed one, or else a copy from the package
 * that is fetched once, needs no root and leaves the system as it is; of testing always a copy,
 * where the system has Debian's packages. Throws an Error that says what to install elsewhere.
 */
export async function findExecutable(
  name: PackageName,
  suite: Suite = "stable",
): Promise<Executable> {
  const debian = (await findOnPath(["apt-get"])) && (await findOnPath(["dpkg-deb"]));
  const installed = await findOnPath(executables[name].names);
  if (installed && !(debian && suite === "testing")) {
    // nginx knows no --version.
    const { stdout } = await run(installed, ["--version"]).catch(() => ({ stdout: "" }));
    return { path: installed, version: /\d+(\.\d+)+/.exec(stdout)?.[0] ?? "installed" };
  }
  if (!debian) {
    throw new Error(
      `install ${executables[name].names.join(" or ")}, e.g. by \`brew install prometheus node_exporter victoriametrics nginx influxdb@1\`, so that it is on PATH`,
    );
  }
  const place = `debian-${suite}/${name}`;
  const directory = await cachedDirectory(place, (into) => fetchPackage(name, suite, into));
  const version = await readFile(join(directory, versionFile), "utf8").catch(() => "");
  return { path: join(directory, executables[name].path), version: version.trim() };
}

/** A path for LD_LIBRARY_PATH that has these libraries of the stable suite. */
export async function findLibraries(names: readonly LibraryName[]): Promise<string> {
  const places = names.map(async (name) => {
    const place = `debian-stable/${name}`;
    const directory = await cachedDirectory(place, (into) => fetchPackage(name, "stable", into));
    const libraries = join(directory, "usr/lib");
    return (await readdir(libraries)).map((entry) => join(libraries, entry));
  });
  return (await Promise.all(places)).flat().join(":");
}

async function findOnPath(names: readonly string[]): Promise<string | undefined> {
  const script =
    'PATH="$PATH:/usr/bin:/usr/sbin"; for name; do command -v "$name" && exit; done; true';
  const { stdout } = await run("sh", ["-c", script, "sh", ...names]);
  return stdout.trim() || undefined;
}

async function fetchPackage(
  name: PackageName | LibraryName,
  suite: Suite,
  into: string,
): Promise<void> {
  const scratch = await createTemporaryDirectory();
  const options = { timeout: downloadTimeoutMs };
  try {
    await download(name, suite, scratch.path);
    const file = (await readdir(scratch.path)).find((entry) => entry.endsWith(".deb"));
    if (!file) {
      throw new Error(`apt-get downloaded no ${name}`);
    }
    const archive = join(scratch.path, file);
    await run("dpkg-deb", ["-x", archive, into], options);
    const { stdout } = await run("dpkg-deb", ["-f", archive, "Version"], options);
    await writeFile(join(into, versionFile), stdout);
  } finally {
    await scratch.remove();
  }
}

async function download(
  name: PackageName | LibraryName,
  suite: Suite,
  scratch: string,
): Promise<void> {
  const options = { cwd: scratch, timeout: downloadTimeoutMs };
  await mkdir(join(scratch, "state/lists/partial"), { recursive: true });
  await mkdir(join(scratch, "cache/archives/partial"), { recursive: true });
  const apt = async (...command: readonly string[]) => {
    const { stdout } = await run("apt-get", ["-c", join(scratch, "apt.conf"), ...command], options);
    return stdout;
  };
  // The lists are always our own: the system's may be empty or name versions that are gone. One
  // unreachable third-party source fails the update and doesn't matter: the download decides.
  let failedUpdate: unknown;
  const update = () =>
    apt("update").catch((error: unknown) => {
      failedUpdate = error;
    });
  try {
    await writeFile(join(scratch, "apt.conf"), aptConfiguration(scratch));
    await update();
    if (suite !== "stable") {
      await writeFile(join(scratch, "sources.list"), sourceOf(suite, await debianMirror(apt)));
      await writeFile(join(scratch, "apt.conf"), aptConfiguration(scratch, "sources.list"));
      await update();
    }
    await apt("download", name);
  } catch (error) {
    const hint = suite === "stable" ? "" : `; \`apt-get download ${name}/${suite}\` must work`;
    throw new Error(`apt-get could not download ${name} of Debian ${suite}${hint}`, {
      cause: failedUpdate ? new AggregateError([failedUpdate, error]) : error,
    });
  }
}

/** Where this system gets Debian's own packages from: a mirror has all suites. */
async function debianMirror(apt: (...command: readonly string[]) => Promise<string>) {
  const filter = ["Created-By: Packages", "Origin: Debian", "Label: Debian"];
  const sites = (await apt("indextargets", "--format", "$(SITE)", ...filter)).split("\n");
  const [mirror] = sites.filter((site) => site !== "");
  if (mirror === undefined) throw new Error("apt has no source of Debian's packages");
  return mirror;
}

function sourceOf(suite: Suite, mirror: string): string {
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  return `deb [signed-by=${keys}] ${mirror} ${suite} main\n`;
}

/**
 * Keeps apt off the system's directories, and as root from changing to the user `_apt`, who can't
 * write to ours. The cleared hooks belong to the system's lists and archives; `-c`, unlike
 * APT_CONFIG, is read after the files that set them.
 */
function aptConfiguration(scratch: string, sources?: string): string {
  const ownSources = `Dir::Etc::SourceList "${scratch}/${sources}";
Dir::Etc::SourceParts "-";
`;
  return `Dir::State "${scratch}/state";
Dir::Cache "${scratch}/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
${sources === undefined ? "" : ownSources}`;
}
