import { spawn } from "node:child_process";
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoPoolId, poolOfHosts } from "../../local/demo-tenancy.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { blocks, pages, read, root } from "../support/pages.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";

/** How a block begins that is not run. */
const notRun = /^# needs a tenancy\b/;

/** What has been done where tests run, and would begin them anew: CI runs `npm cit`. */
const before = [
  "git clone <this repository>",
  "cd oci-pool-utilization",
  "npm ci",
  "npm ci && npm start",
  "npm cit",
  "npm test",
];

/** What an example of the pages puts where a general form has only `<…>`. */
const values: Readonly<Record<string, string>> = {
  "<pool OCID>": demoPoolId,
  "<application OCID>": "ocid1.fnapp.oc1.iad.aaaaaaaademo",
  "<runtime>": "node24",
};

interface Command {
  readonly page: string;
  /** With its continuation lines, and without the remark behind it. */
  readonly line: string;
}

function commandsOf(page: string, block: string): readonly Command[] {
  const lines = block.replaceAll("\\\n", "\\\r").split("\n");
  return lines
    .map((line) =>
      line
        .replaceAll("\r", "\n")
        .replace(/ {2,}# .*$/, "")
        .trim(),
    )
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ page, line }));
}

/** Whether the second line is the first with something in the place of each `<…>`. */
function isExampleOf(general: string, example: string): boolean {
  const parts = general.split(/<[^>]*>/).map((part) => escaped(part));
  return parts.length > 1 && new RegExp(`^${parts.join("(.+)")}$`, "s").test(example);
}

function escaped(part: string): string {
  return part.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}

const all = pages.flatMap((page) =>
  blocks(page, "sh").map((block) => ({ page, block, isRun: !notRun.test(block.trim()) })),
);
const toRun = all.flatMap(({ page, block, isRun }) => {
  const commands = isRun ? commandsOf(page, block) : [];
  return commands.filter(({ line }, at) => {
    return !before.includes(line) && !isExampleOf(line, commands[at + 1]?.line ?? "");
  });
});

describe("the commands of the pages", () => {
  let directory: TemporaryDirectory;
  let emulator: OciEmulator;
  let environment: Record<string, string>;

  beforeAll(async () => {
    directory = await createTemporaryDirectory();
    const kept = new Set(["node_modules", ".git", "dist", "coverage"]);
    cpSync(root, directory.path, {
      recursive: true,
      filter: (path) => path === root || !kept.has(basename(path)),
    });
    symlinkSync(join(root, "node_modules"), join(directory.path, "node_modules"));
    const [pools = ""] = blocks("docs/deploy.md", "yaml");
    writeFileSync(join(directory.path, "pools.yaml"), pools);
    cpSync(join(root, "examples/original-config.yaml"), join(directory.path, "config.yaml"));
    const pool = poolOfHosts(["inst-a"]);
    const instances = pool.instances.map((one) => {
      return { ...one, cpu: steady(20), memory: steady(40) };
    });
    emulator = await OciEmulator.start({ tenancy: { pools: [{ ...pool, instances }] } });
    const { configFile } = emulator.createApiKey();
    const profile = read(configFile);
    writeFileSync(configFile, `${profile}${profile.replace("[DEFAULT]", "[PROD]")}`);
    environment = {
      PATH: `${directory.path}/global/bin:${process.env["PATH"]}`,
      HOME: process.env["HOME"] ?? "/",
      npm_config_prefix: `${directory.path}/global`,
      OCI_CONFIG_FILE: configFile,
      OCI_CORE_ENDPOINT: emulator.url,
      OCI_MONITORING_ENDPOINT: emulator.url,
    };
  });
  afterAll(async () => {
    await emulator.close();
    await directory.remove();
  });

  /** Runs a line in a copy of the project; one that watches is interrupted when it has shown a table. */
  async function run(
    line: string,
  ): Promise<{ readonly code: number | null; readonly output: string }> {
    const watches = line.includes("--watch");
    const shell = spawn("bash", ["-c", `${watches ? "exec " : ""}${line}`], {
      cwd: directory.path,
      env: environment,
    });
    if (watches) shell.stdout.once("data", () => shell.kill("SIGINT"));
    const ended = new Promise<number | null>((resolve) => shell.on("close", resolve));
    const [output, errors, code] = await Promise.all([
      text(shell.stdout),
      text(shell.stderr),
      ended,
    ]);
    return { code, output: output + errors };
  }

  it.each(toRun)("$page: $line", { timeout: 300_000 }, async ({ line }) => {
    const command = Object.entries(values).reduce((one, [general, value]) => {
      return one.replaceAll(general, value);
    }, line);
    expect(command).not.toMatch(/<[\w' ]+>/);

    const { code, output } = await run(command);

    expect(output, output).not.toMatch(/\berror\b/i);
    expect(code, output).toBe(0);
    if (/--(?:pool|all)\b/.test(line)) expect(output).toMatch(/\b20(?:\.0)? ?%/);
  });

  it("are run, or say that they need a tenancy", () => {
    const tenancys = /^(?:oci|fn|docker|terraform) /;

    expect(toRun.length).toBeGreaterThan(9);
    expect(toRun.filter(({ line }) => tenancys.test(line))).toEqual([]);
    for (const { page, block } of all.filter(({ isRun }) => !isRun)) {
      const ours = commandsOf(page, block).filter(({ line }) => /^(?:npm|node|npx) /.test(line));
      expect(ours).toEqual([]);
    }
  });

  it("come in no block of another language than sh or console", () => {
    for (const page of pages) {
      expect(blocks(page, "(?:bash|shell|zsh)"), page).toEqual([]);
      for (const block of [...blocks(page, "text"), ...blocks(page, "")]) {
        expect(block, page).not.toMatch(/^ *(?:\$ )?(?:npm|npx|oci|fn|docker|git|terraform) \S/m);
      }
    }
  });
});
