import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { allVariables } from "../../src/config/environment.ts";
import { poolSettings } from "../../src/config/pool-spec.ts";
import { readPoolsRequest, requestedCheck } from "../../src/config/request.ts";
import { codeTexts, reasonTexts } from "../../tools/descriptions.ts";
import { faultPages } from "../faults/fault-table.ts";
import { configurationOf } from "../support/configuration.ts";
import { blocks, pages, read, root } from "../support/pages.ts";

/** What is typed at each `$` of a page, and what the terminal then shows. */
function sessions(page: string): [page: string, command: string, output: string][] {
  return blocks(page, "console").map((block) => {
    const end = block.indexOf("\n");
    return [page, block.slice("$ ".length, end), block.slice(end)];
  });
}

/** Runs a shell command in the project; its output is what a terminal would show. */
async function run(command: string): Promise<string> {
  const shell = promisify(execFile)("bash", ["-c", `{ ${command}\n} 2>&1`], { cwd: root });
  const { stdout } = await shell.catch((error: { stdout: string }) => error);
  return stdout;
}

/** What stays the same from run to run: no numbers, no bars, no name of this machine, no layout. */
function lasting(output: string): string {
  return output
    .replaceAll(new RegExp(`\\b${os.hostname()}\\b`, "g"), "laptop")
    .replaceAll(/[█▉▊▋▌▍▎▏░][█▉▊▋▌▍▎▏░\s]*/g, "▬")
    .replaceAll(/\d+(\.\d+)?/g, "0")
    .replaceAll(/\s+/g, "");
}

describe("the pages", () => {
  it.each(pages.flatMap(sessions))(
    "%s shows what really happens on %s",
    { timeout: 300_000 },
    async (_, command, shown) => {
      const output = await run(command);

      expect(lasting(output)).toBe(lasting(shown));
    },
  );

  it("show a configuration that works, and requests that it answers", () => {
    const [yaml = ""] = blocks("docs/configuration.md", "yaml");
    const configuration = configurationOf({ POOLS: yaml });
    const [section = ""] = read("docs/requests.md").split("An editor completes");
    const requests = [...section.matchAll(/`(\{[^`]*\})`/g)].map(([, json]) => json ?? "");

    expect(configuration.problems).toEqual([]);
    expect(requests).toHaveLength(7);
    for (const json of requests) {
      if (requestedCheck(JSON.parse(json)) !== undefined) continue;
      const { pools } = readPoolsRequest(JSON.parse(json), configuration);
      expect(pools.filter((pool) => "error" in pool)).toEqual([]);
    }
  });

  it.each([
    ["docs/configuration.md", "variable", allVariables()],
    ["docs/requests.md", "key", poolSettings.entries],
    ["docs/results.md", "reason", reasonTexts],
    ["docs/results.md", "code", codeTexts],
  ])("%s names every %s", (page, _, all) => {
    const names = Object.keys(all);

    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !read(page).includes(name))).toEqual([]);
  });
});

describe("the README", () => {
  it("starts with the two commands, of which CI runs the second", () => {
    const [commands = ""] = blocks("README.md", "sh");

    expect(commands).toMatch(/^npm ci && npm start {2,}#/);
    expect(commands).toMatch(/^npm cit {2,}#/m);
    expect(read(".ci/run")).toMatch(/^npm cit$/m);
  });

  it("has a picture of what the command really shows", async () => {
    const svg = read("docs/npm-start.svg");
    const shown = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, part]) => part);

    const output = await run("npm start --silent -- --demo --all");

    expect(lasting(shown.join(" "))).toBe(lasting(output));
  });

  it("leads to every page of docs, and fits three screens", () => {
    const readme = read("README.md");
    const generated = faultPages.map(({ file }) => file);
    const linked = pages.filter((page) => page.startsWith("docs/") && !generated.includes(page));

    expect(linked.filter((page) => !readme.includes(`(${page})`))).toEqual([]);
    expect(readme.split("\n").length).toBeLessThanOrEqual(151);
  });
});
