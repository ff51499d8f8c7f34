import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import * as pty from "@lydell/node-pty";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand } from "../../build.mjs";
import { demoPoolId, poolOfHosts } from "../../local/demo-tenancy.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";
import { FakeTerminal } from "../support/terminal.ts";

const emptyPoolId = "ocid1.instancepool.oc1.iad.aaaaaaaademoempty";
const root = new URL("../..", import.meta.url).pathname;

let directory: TemporaryDirectory;
let emulator: OciEmulator;
let command: string;
/** As in an operator's shell. */
let environment: Record<string, string>;

beforeAll(async () => {
  // As it is packed: two files, far from any node_modules.
  directory = await createTemporaryDirectory();
  command = join(directory.path, "command.cjs");
  await buildCommand({ outfile: command });
  await copyFile(join(root, "dist/func.cjs"), join(directory.path, "func.cjs"));
  const pool = poolOfHosts(["inst-a", "inst-b"]);
  const instances = pool.instances.map((instance) => {
    return { ...instance, cpu: steady(20), memory: steady(40) };
  });
  const empty = { ...pool, id: emptyPoolId, displayName: "empty", instances: [] };
  emulator = await OciEmulator.start({ tenancy: { pools: [{ ...pool, instances }, empty] } });
  const { configFile } = emulator.createApiKey();
  const config = await readFile(configFile, "utf8");
  await writeFile(configFile, config.replace("[DEFAULT]", "[OPERATOR]"));
  const web = { name: "web", instancePoolId: demoPoolId };
  const pools = [web, { name: "empty", instancePoolId: emptyPoolId }];
  await writeFile(join(directory.path, "pools.json"), JSON.stringify({ pools }));
  const { PATH = "" } = process.env;
  environment = {
    PATH,
    TERM: "xterm-256color",
    OCI_CONFIG_FILE: configFile,
    OCI_CORE_ENDPOINT: emulator.url,
    OCI_MONITORING_ENDPOINT: emulator.url,
  };
});
afterAll(async () => {
  await emulator.close();
  await directory.remove();
});

/** Runs the command without a terminal. */
function run(...args: readonly string[]) {
  const options = { cwd: directory.path, env: environment };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [command, ...args], options, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** Runs the command in a terminal of its own. */
function runInTerminal(args: readonly string[], variables: Record<string, string> = {}) {
  const [columns, rows] = [80, 24];
  const terminal = new FakeTerminal(columns, rows);
  const child = pty.spawn(process.execPath, [command, ...args], {
    cwd: directory.path,
    env: { ...environment, ...variables },
    cols: columns,
    rows,
  });
  child.onData((output) => {
    terminal.write(output);
    terminal.emit("text");
  });
  const exit = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      resolve(exitCode);
      terminal.emit("text");
    });
  });
  return {
    terminal,
    exit,
    type: (keys: string) => child.write(keys),
    resize(newColumns: number, newRows: number) {
      terminal.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    kill: (signal: string) => child.kill(signal),
    /** The window's lines, once they are as wanted. */
    async shown(wanted: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
      for (;;) {
        const lines = await terminal.lines();
        if (wanted(lines)) return lines;
        await once(terminal, "text");
      }
    },
  };
}

const toOwnTenancy = ["--config", "pools.json", "--profile", "OPERATOR"];

describe("the packed command, on the user's own config file", () => {
  it("shows a pool by name, on stdout and without colours in a pipe", async () => {
    const { code, stdout, stderr } = await run(...toOwnTenancy, "--pool", "web");

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [heading, ...lines] = stdout.split("\n");
    expect(heading).toMatch(
      /^profile OPERATOR · us-ashburn-1 · 5 min until \d\d:\d\d · mean of 60 s$/,
    );
    expect(lines).toEqual([
      "Pool web (oci): ok, 2 of 2 running members reported, 2 in all",
      "  CPU     average 20.0 % of 2 (min 20.0 %, p95 20.0 %, max 20.0 %)",
      "  memory  average 40.0 % of 2 (min 40.0 %, p95 40.0 %, max 40.0 %)",
      "  inst-a  CPU ████░░░░░░░░░░░░░░░░  20.0 %  memory ████████░░░░░░░░░░░░  40.0 %",
      "  inst-b  CPU ████░░░░░░░░░░░░░░░░  20.0 %  memory ████████░░░░░░░░░░░░  40.0 %",
      "",
    ]);
  });

  it("prints only JSON with --json, and takes all configured pools, or one by its OCID", async () => {
    const all = await run(...toOwnTenancy, "--all", "--json");
    const one = await run(...toOwnTenancy, "--pool", demoPoolId, "--json");
    const web = { name: "web", cpu: { average: 20 }, memory: { average: 40 } };

    expect(all).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(all.stdout)).toMatchObject({
      status: "partial",
      pools: [web, { name: "empty", error: { code: "EMPTY_POOL" } }],
    });
    expect(one).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(one.stdout)).toMatchObject({ status: "ok", pools: [web] });
  });

  it("exits with 1 when no pool was measured, and says why", async () => {
    const { code, stdout } = await run(...toOwnTenancy, "--pool", "wbe");

    expect(code).toBe(1);
    expect(stdout).toContain("POOL_NOT_FOUND");
    expect(stdout).toContain('Did you mean "web"?');
  });

  it("exits with 1 when there is no such profile, and says which there are", async () => {
    const { code, stdout } = await run("--profile", "OPERATR", "--pool", demoPoolId);

    expect(code).toBe(1);
    expect(stdout).toMatch(/NOT_AUTHENTICATED: .* has no profile "OPERATR"; it has OPERATOR\./);
    expect(stdout).toContain("Did you mean OPERATOR?");
  });

  it("exits with 3 when a condition of --fail-on holds, and says which", async () => {
    const holds = await run(...toOwnTenancy, "--all", "--fail-on", "partial|cpu>80");
    const not = await run(...toOwnTenancy, "--pool", "web", "--fail-on", "partial|cpu>80");

    expect(holds).toMatchObject({
      code: 3,
      stderr: "--fail-on: empty: failed\n--fail-on: empty: CPU is not known\n",
    });
    expect(not).toMatchObject({ code: 0, stderr: "" });
  });

  it("measures as it is told, whatever is configured", async () => {
    const settings = ["--window", "60", "--statistic", "max"];
    const { stdout } = await run(...toOwnTenancy, "--all", ...settings, "--json");
    const {
      pools: [web],
    } = JSON.parse(stdout);

    expect(web).toMatchObject({ name: "web", statistic: "max" });
    expect(Date.parse(web.window.end) - Date.parse(web.window.start)).toBe(3_600_000);
  });

  it("says with --health who signs", async () => {
    const { stdout } = await run(...toOwnTenancy, "--health");

    expect(stdout).toMatch(
      / {2}principal: ok \(\d+ ms\)\n {4}api key ocid1\.user\..*, profile "OPERATOR" of /,
    );
    expect(stdout).toContain("pool empty: ok");
  });

  it("shows on a terminal what a payload gets as a table, and JSON only where it is piped", async () => {
    const payload = JSON.stringify({ instancePoolId: demoPoolId });
    const shell = runInTerminal(["--profile", "OPERATOR", payload]);
    const piped = await run("--profile", "OPERATOR", payload);

    expect(await shell.exit).toBe(0);
    expect((await shell.terminal.lines()).join("\n")).toMatch(/^profile OPERATOR .*\nPool web/);
    expect(shell.terminal.written).not.toContain("{");
    expect(JSON.parse(piped.stdout)).toMatchObject({ status: "ok" });
    expect(piped.stderr).toContain("Pool web (oci): ok");
  });

  it("tries a file of pools on an emulated tenancy", async () => {
    const { code, stdout } = await run("--demo", "--config", "pools.json");

    expect(code).toBe(0);
    expect(stdout).toMatch(/^emulated tenancy · us-ashburn-1 · /);
    expect(stdout).toMatch(/^web +ok /m);
    expect(stdout).toMatch(/^empty +ok .* 3 of 3$/m);
  });

  it("exits with 2 when it was called wrongly", async () => {
    const { code, stdout, stderr } = await run("--all", "--watch", "soon");

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("oci-pool-utilization --help");
  });

  it("writes a line of JSON for each measurement with --watch --json, until a signal", async () => {
    const child = spawn(
      process.execPath,
      [command, ...toOwnTenancy, "--all", "--watch=1", "--json"],
      {
        cwd: directory.path,
        env: environment,
      },
    );
    const documents: unknown[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      documents.push(JSON.parse(line));
      if (documents.length === 2) child.kill("SIGINT");
    }

    expect(documents).toMatchObject([{ status: "partial" }, { status: "partial" }]);
    expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0);
  });

  it("ends quietly when nobody reads what it writes", async () => {
    const child = spawn(
      process.execPath,
      [command, ...toOwnTenancy, "--all", "-w", "1", "--json"],
      {
        cwd: directory.path,
        env: environment,
      },
    );
    child.stdout.once("data", () => child.stdout.destroy());
    const [[code], stderr] = await Promise.all([once(child, "close"), text(child.stderr)]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe("the packed command in a terminal", () => {
  it("watches in colour, follows the window's size, and gives the terminal back at Ctrl-C", async () => {
    const shell = runInTerminal([...toOwnTenancy, "--all", "--watch"]);
    const web = (lines: readonly string[]) => lines.find((line) => /^[› ] web/.test(line));
    const lines = await shell.shown((shown) => web(shown) !== undefined);
    shell.resize(120, 30);
    const wider = await shell.shown((shown) => (web(shown)?.length ?? 0) > 80);
    const whileWatching = shell.terminal.cursorShown;
    shell.type("\x03");

    expect(await shell.exit).toBe(0);
    expect(lines[0]).toMatch(
      /^measured at \d\d:\d\d:\d\d in \d+ ms · every 30 s · next in \d+ s · q: quit · \?: keys$/,
    );
    expect(lines[1]).toMatch(/^profile OPERATOR · us-ashburn-1 · 5 min until /);
    expect(lines[3]).toBe("2 pools: 1 failed, 1 ok · by trouble");
    expect(lines[4]).toMatch(/^ {2}pool +status +CPU +memory +reporting$/);
    expect(lines[5]).toMatch(/^› empty +failed +EMPTY_POOL +0 of 0$/);
    expect(web(lines)).toMatch(/^ {2}web +ok +█+.?░+ +20\.0 % ↑20 +█+.?░+ +40\.0 % ↑40 +2 of 2$/);
    expect(web(wider)).toMatch(/^ {2}web +ok +█+.?░+ +20\.0 % ↑20 .* ▂ +2 of 2$/);
    expect(shell.terminal.written).toContain("\x1b[32mok");
    expect({ before: whileWatching, after: shell.terminal.cursorShown }).toEqual({
      before: false,
      after: true,
    });
    expect((await shell.terminal.lines()).join("\n")).toMatch(/^profile .*\npool .*\nweb +ok/);
  });

  it("opens the chosen pool's members, and goes back", async () => {
    const shell = runInTerminal([...toOwnTenancy, "--all", "--watch"]);
    const rows = (wanted: RegExp) =>
      shell.shown((lines) => lines.some((line) => wanted.test(line)));
    await rows(/^› empty/);
    shell.type("j");
    await rows(/^› web/);
    shell.type("\r");
    const opened = await rows(/^ {2}inst-b +CPU/);
    shell.type("\x1b");
    await rows(/^› web/);
    shell.type("f");
    const filtered = await rows(/not ok only/);
    shell.type("q");

    expect(await shell.exit).toBe(0);
    expect(opened.join("\n")).toContain("Pool web (oci): ok, 2 of 2");
    expect(filtered.some((line) => line.includes("web"))).toBe(false);
  });

  it("asks at once at r, and ends at q", async () => {
    const shell = runInTerminal([...toOwnTenancy, "--pool", "web", "--watch", "3600"]);
    await shell.shown((lines) => lines.some((line) => line.includes("inst-b")));
    const before = emulator.requests.length;
    shell.type("r");
    await shell.shown(() => emulator.requests.length > before);
    shell.type("q");

    expect(await shell.exit).toBe(0);
    expect(emulator.requests.length).toBeGreaterThan(before);
  });

  it("gives the terminal back when it is asked to end", async () => {
    const shell = runInTerminal([...toOwnTenancy, "--all", "--watch"]);
    await shell.shown((lines) => lines[4] !== undefined);
    shell.kill("SIGTERM");
    await shell.exit;

    expect(shell.terminal.cursorShown).toBe(true);
    expect(shell.terminal.written).toContain("\x1b[?1049l");
  });

  it("prints a payload's document without a line that the window would break", async () => {
    const payload = JSON.stringify({ instancePoolId: demoPoolId, includeInstances: true });
    const shell = runInTerminal(["--profile", "OPERATOR", "--json", payload]);

    expect(await shell.exit).toBe(0);
    const lines = stripVTControlCharacters(shell.terminal.written).split("\r\n");
    // Before it on the same line may have been what was under way.
    const start = lines.findIndex((line) => /^(?:.*\r)?\{$/s.test(line));
    expect(start).toBeGreaterThanOrEqual(0);
    expect(lines.slice(start + 1).filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    ["NO_COLOR", "1"],
    ["TERM", "dumb"],
  ])("has no colours with %s=%s", async (name, value) => {
    const shell = runInTerminal([...toOwnTenancy, "--all"], { [name]: value });

    expect(await shell.exit).toBe(0);
    const [heading, ...lines] = await shell.terminal.lines();
    expect(heading).toMatch(/^profile OPERATOR · us-ashburn-1 · 5 min until .* · mean of 60 s$/);
    expect(lines).toEqual([
      "pool   status   CPU                        memory                     reporting",
      "web    ok       ██▍░░░░░░░░░  20.0 % ↑20   ████▊░░░░░░░  40.0 % ↑40   2 of 2",
      "empty  failed   EMPTY_POOL                                            0 of 0",
      "",
      "empty",
      "  EMPTY_POOL: The pool has no members.",
    ]);
    expect(shell.terminal.written).not.toMatch(/\p{Cc}\[\d*m/u);
  });
});
