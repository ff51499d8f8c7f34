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
    expect(stdout.split("\n")).toEqual([
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

  it("exits with 1 when there is no such profile", async () => {
    const { code, stdout } = await run("--profile", "NOBODY", "--pool", demoPoolId);

    expect(code).toBe(1);
    expect(stdout).toContain("NOT_AUTHENTICATED");
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
    const [status, , header, row = ""] = await shell.shown((lines) => lines[3] !== undefined);
    shell.resize(120, 30);
    const wider = await shell.shown((lines) => (lines[3]?.length ?? 0) > 80);
    const whileWatching = shell.terminal.cursorShown;
    shell.type("\x03");

    expect(await shell.exit).toBe(0);
    expect(status).toMatch(/^every 30 s · measured at \d\d:\d\d:\d\d in \d+ ms · next in \d+ s · /);
    expect(header).toMatch(/^pool +status +CPU +memory +reporting$/);
    expect(row).toMatch(/^web +ok +█+░+ +20\.0 % +█+░+ +40\.0 % +2 of 2$/);
    expect(wider[3]).toMatch(/^web +ok +█+░+ +20\.0 % +█+░+ +40\.0 % +2 of 2$/);
    expect(shell.terminal.written).toContain("\x1b[32mok");
    expect({ before: whileWatching, after: shell.terminal.cursorShown }).toEqual({
      before: false,
      after: true,
    });
    expect((await shell.terminal.lines()).slice(0, 2)).toEqual([wider[2], wider[3]]);
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
    await shell.shown((lines) => lines[3] !== undefined);
    shell.kill("SIGTERM");
    await shell.exit;

    expect(shell.terminal.cursorShown).toBe(true);
    expect(shell.terminal.written).toContain("\x1b[?1049l");
  });

  it("prints a payload's document without a line that the window would break", async () => {
    const payload = JSON.stringify({ instancePoolId: demoPoolId, includeInstances: true });
    const shell = runInTerminal(["--profile", "OPERATOR", payload]);

    expect(await shell.exit).toBe(0);
    const lines = stripVTControlCharacters(shell.terminal.written).split("\r\n");
    expect(lines).toContain("{");
    expect(lines.slice(lines.indexOf("{")).filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    ["NO_COLOR", "1"],
    ["TERM", "dumb"],
  ])("has no colours with %s=%s", async (name, value) => {
    const shell = runInTerminal([...toOwnTenancy, "--all"], { [name]: value });

    expect(await shell.exit).toBe(0);
    expect(await shell.terminal.lines()).toEqual([
      "pool   status   CPU                        memory                     reporting",
      "web    ok       ███░░░░░░░░░░░░░░  20.0 %  ███████░░░░░░░░░░  40.0 %  2 of 2",
      "empty  failed   EMPTY_POOL                                            0 of 0",
      "",
      "empty",
      "  EMPTY_POOL: The pool has no members.",
    ]);
    expect(shell.terminal.written).not.toMatch(/\p{Cc}\[\d*m/u);
  });
});
