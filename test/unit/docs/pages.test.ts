import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { codeTexts, variableTexts } from "../../../local/descriptions.ts";
import { aliases, ignoredKeys } from "../../../src/config/pool-settings.ts";
import { readPoolsRequest } from "../../../src/config/request.ts";
import { requestedCheck } from "../../../src/health/requested-check.ts";
import { operations } from "../../../src/oci/operation.ts";
import { configurationOf } from "../../support/configuration.ts";

const root = new URL("../../..", import.meta.url).pathname;
const text = (path: string) => readFileSync(join(root, path), "utf8");

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
  "deploy/terraform/README.md",
  "examples/README.md",
];

/** The fenced blocks of a language. */
function blocks(page: string, language: string): readonly string[] {
  const fence = new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "gm");
  return [...text(page).matchAll(fence)].map(([, block]) => block ?? "");
}

/** The anchors of a page's headings, as GitHub and others make them. */
function anchorsOf(page: string): readonly string[] {
  return [...text(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

function isBroken(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

describe.each(pages.filter((page) => page.endsWith(".md")))("%s", (page) => {
  it("has no link to what isn't there", () => {
    const links = [...text(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? "");
    const own = links.filter((link) => !/^https?:/.test(link));

    expect(own.filter((link) => isBroken(page, link))).toEqual([]);
  });

  it("names no npm script that isn't there", () => {
    const { scripts } = JSON.parse(text("package.json"));
    const named = [...text(page).matchAll(/npm run (?:--?\w+ )*([a-z]+)/g)].map(([, name]) => name);

    expect(named.filter((name) => !Object.hasOwn(scripts, name ?? ""))).toEqual([]);
  });
});

describe("docs/deploy.md", () => {
  const page = "docs/deploy.md";
  const [pools = "", published = "", onPrometheus = ""] = blocks(page, "yaml");

  it.each([
    ["pools", { POOLS: pools }],
    ["published results", { POOLS: published }],
    ["a Prometheus server", { POOLS: onPrometheus, PROMETHEUS_URL: "http://10.0.0.5:9090" }],
  ])("shows a configuration of %s that works", (_, variables) => {
    const configuration = configurationOf(variables);

    expect(configuration.problems).toEqual([]);
    expect(configuration.pools.map(({ spec }) => spec.ok)).toEqual([true]);
  });

  it("makes one line of a file, that means the same", () => {
    expect(text(page)).toContain("npx yaml --json --single < pools.yaml");
    const yaml = join(root, "node_modules/.bin/yaml");
    const line = execFileSync(yaml, ["--json", "--single"], { input: pools, encoding: "utf8" });

    expect(line.trim()).not.toContain("\n");
    expect(configurationOf({ POOLS: line }).pools).toEqual(configurationOf({ POOLS: pools }).pools);
  });

  it("sends requests that are answered", () => {
    const bodies = [...text(page).matchAll(/(?:echo -n|--body) '(\{.*?\})'/g)].map(
      ([, body = ""]) => JSON.parse(body),
    );
    const requests = bodies.filter((body) => requestedCheck(body) === undefined);

    expect(requests.length).toBeGreaterThan(1);
    for (const body of requests) {
      const { pools: asked } = readPoolsRequest(body, configurationOf({}));
      expect(asked.filter((pool) => "error" in pool)).toEqual([]);
    }
  });

  it.each(Object.values(operations))(
    "has the policy that $name needs, as hints quote it",
    (operation) => {
      for (const statement of operation.policy.split("; ")) {
        expect(text(page)).toContain(`\n${statement}\n`);
      }
    },
  );

  it("shows JSON that can be parsed", () => {
    const shown = blocks(page, "json");

    expect(shown.length).toBeGreaterThan(2);
    for (const json of shown) expect(() => JSON.parse(json)).not.toThrow();
  });

  it("sets no key but those that are read", () => {
    const set = [...text(page).matchAll(/oci-pool-utilization ([A-Z_]+)/g)].map(([, key]) => key);
    const named = [...text(page).matchAll(/`((?:PROMETHEUS|OCI|LOG|POOLS|ON)_[A-Z_]+)`/g)].map(
      ([, key]) => key,
    );

    expect(set.length).toBeGreaterThan(1);
    expect([...set, ...named].filter((key) => !Object.hasOwn(variableTexts, key ?? ""))).toEqual(
      [],
    );
  });

  it("says of every error code what to do, and of no other", () => {
    const rows = [...text(page).matchAll(/^\| `([A-Z_]+)` \|(.*)$/gm)];

    expect(rows.map(([, code]) => code)).toEqual(Object.keys(codeTexts));
    for (const [, code, cells = ""] of rows) {
      expect(
        cells.split("|").filter((cell) => cell.trim().length > 3),
        code,
      ).toHaveLength(3);
    }
  });
});

describe("docs/migrating-from-python.md", () => {
  const page = "docs/migrating-from-python.md";
  const [original = "", ours = ""] = blocks(page, "yaml");

  it("shows the original's file, which works as it is, and the same in our keys", () => {
    const [theirs, rewritten] = [original, ours].map((yaml) => configurationOf({ POOLS: yaml }));

    expect(original).toBe(text("examples/original-config.yaml"));
    expect(theirs?.problems).toEqual([]);
    expect(theirs?.warnings).toHaveLength(1);
    expect(rewritten?.problems).toEqual([]);
    expect(rewritten?.pools[0]?.instancePoolId).toBe(theirs?.pools[0]?.instancePoolId);
  });

  it("says what becomes of every key", () => {
    const keys = [...Object.keys(aliases), ...ignoredKeys, "region", "prometheus_url"];

    expect(keys.filter((key) => !text(page).includes(`\`${key}\``))).toEqual([]);
  });

  it("finds each name where it says that it is", () => {
    const rows = [...text(page).matchAll(/^\| (`[A-Za-z(), `]+) \| `(src\/[\w\-/.]+)` \|/gm)];

    expect(rows.length).toBeGreaterThan(6);
    for (const [, names = "", file = ""] of rows) {
      for (const [, name = ""] of names.matchAll(/`(\w+)/g)) expect(text(file)).toContain(name);
    }
  });
});
