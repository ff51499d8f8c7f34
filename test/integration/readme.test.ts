import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { readPoolsRequest } from "../../src/config/request.ts";
import { requestedCheck } from "../../src/health/requested-check.ts";
import { configurationOf } from "../support/configuration.ts";

const root = new URL("../..", import.meta.url).pathname;
const readme = readFileSync(`${root}/README.md`, "utf8");

/** The fenced blocks of a language. */
function blocks(language: string): readonly string[] {
  return [
    ...readme.matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "gm")),
  ].flatMap(([, text]) => text ?? []);
}

/** What is typed at each `$`, and what the terminal then shows. */
function sessions(): [command: string, output: string][] {
  return blocks("console").map((block) => {
    const end = block.indexOf("\n");
    return [block.slice("$ ".length, end), block.slice(end)];
  });
}

/** Runs a shell command in the project; its output is what a terminal would show. */
async function run(command: string): Promise<string> {
  const shell = promisify(execFile)("bash", ["-c", `${command} 2>&1`], { cwd: root });
  const { stdout } = await shell.catch((error: { stdout: string }) => error);
  return stdout;
}

/** What stays the same from run to run: no numbers, no bars, no name of this machine, no layout. */
function lasting(output: string): string {
  return output
    .replaceAll(new RegExp(`\\b${os.hostname()}\\b`, "g"), "laptop")
    .replaceAll(/[█░]+/g, "▬")
    .replaceAll(/\d+(\.\d+)?/g, "0")
    .replaceAll(/\s+/g, "");
}

describe("the README", () => {
  it.each(sessions())("shows what really happens on %s", async (command, shown) => {
    const output = await run(command);

    expect(lasting(output)).toBe(lasting(shown));
  });

  it("shows a configuration that works, and requests that it answers", () => {
    const [yaml = ""] = blocks("yaml");
    const configuration = configurationOf({ POOLS: yaml });
    const section = readme.slice(
      readme.indexOf("## The request"),
      readme.indexOf("An editor completes"),
    );
    const requests = [...section.matchAll(/`(\{[^`]*\})`/g)].map(([, json]) => json ?? "");

    expect(configuration.problems).toEqual([]);
    expect(requests).toHaveLength(6);
    for (const json of requests) {
      if (requestedCheck(JSON.parse(json)) !== undefined) continue;
      const { pools } = readPoolsRequest(JSON.parse(json), configuration);
      expect(pools.filter((pool) => "error" in pool)).toEqual([]);
    }
  });

  it("starts with the two commands, of which CI runs the second", () => {
    const [commands = ""] = blocks("sh");

    expect(commands).toMatch(/^npm ci && npm start {2,}#/);
    expect(commands).toMatch(/^npm cit {2,}#/m);
    expect(readFileSync(`${root}/.ci/run`, "utf8")).toMatch(/^npm cit$/m);
  });

  it.each([
    ["src/config/environment.ts", /^ {2}([A-Z_]+): /gm],
    ["src/config/pool-settings.ts", /^ {2}(\w+): v\.optional/gm],
    ["src/result/reading.ts", /\| "(\w+)"/g],
    ["src/errors.ts", /readonly code = "(\w+)"/g],
  ])("names everything that %s knows", (path, pattern) => {
    const names = [...readFileSync(`${root}/${path}`, "utf8").matchAll(pattern)].map(
      ([, name]) => name,
    );

    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !readme.includes(`${name}`))).toEqual([]);
  });
});
