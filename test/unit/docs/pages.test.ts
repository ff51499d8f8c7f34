import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { problemsOfExporters } from "../../../local/promql.ts";
import { allVariables } from "../../../src/config/environment.ts";
import { aliases, ignoredKeys } from "../../../src/config/pool-entry.ts";
import { readPoolsRequest, requestedCheck } from "../../../src/config/request.ts";
import { operations } from "../../../src/oci/operations.ts";
import { codeTexts } from "../../../tools/descriptions.ts";
import { handler } from "../../../tools/package/archive.ts";
import { nodeOptions } from "../../../tools/package/contents.ts";
import { configurationOf } from "../../support/configuration.ts";
import { blocks, pages, read, root } from "../../support/pages.ts";

/** The anchors of a page's headings, as GitHub and others make them. */
function anchorsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
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

describe.each(pages)("%s", (page) => {
  it("has no link to what isn't there", () => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? "");
    const own = links.filter((link) => !/^https?:/.test(link));

    expect(own.filter((link) => isBroken(page, link))).toEqual([]);
  });

  it("names no npm script that isn't there", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = [...read(page).matchAll(/npm run (?:--?\w+ )*([a-z]+)/g)].map(([, name]) => name);

    expect(named.filter((name) => !Object.hasOwn(scripts, name ?? ""))).toEqual([]);
  });
});

describe("the pages of docs", () => {
  const all = pages.filter((page) => page.startsWith("docs/") && page !== "docs/reference.md");

  it.each(all)("have one question and an end: %s has no more than 250 lines", (page) => {
    expect(read(page).split("\n").length).toBeLessThanOrEqual(251);
  });
});

describe("docs/prometheus-servers.md", () => {
  it("shows a configuration that works", () => {
    const [POOLS = ""] = blocks("docs/prometheus-servers.md", "yaml");
    const { pools, servers, exporters, problems } = configurationOf({ POOLS });

    expect(problems).toEqual([]);
    expect(pools.map(({ spec }) => spec.ok)).toEqual([true, true]);
    expect([...servers.keys(), ...exporters.keys()]).toEqual([
      "thanos",
      "behind-oauth2",
      "cadvisor",
    ]);
    expect(problemsOfExporters(exporters, "")).toEqual([]);
  });
});

/** What docs/deploy.md leads to. */
const deployPages = [
  "docs/deploy.md",
  "docs/deploy-image.md",
  "docs/policies.md",
  "docs/private-prometheus.md",
  "docs/who-calls.md",
  "docs/operating.md",
  "docs/troubleshooting.md",
  "docs/scaling.md",
];

describe("the pages on deploying", () => {
  const page = deployPages.map(read).join("\n");
  const [pools = ""] = blocks("docs/deploy.md", "yaml");
  const [published = ""] = blocks("docs/scaling.md", "yaml");
  const [onPrometheus = ""] = blocks("docs/private-prometheus.md", "yaml");

  it("makes the body of the request that creates the function from the package", () => {
    if (spawnSync("jq", ["--version"]).error) return void console.warn("Not tried: no jq here.");
    const [, command = ""] = /^(jq -n [\s\S]*?) > function\.json$/m.exec(page) ?? [];
    const zip = Buffer.from("a package");
    const script = command
      .replace("<application OCID>", "ocid1.fnapp.oc1.iad.aaaaaaaademo")
      .replace("<runtime>", "node24");
    const directory = mkdtempSync(join(tmpdir(), "deploy-page-"));
    writeFileSync(join(directory, "oci-pool-utilization.zip"), zip);
    const body = JSON.parse(
      execFileSync("bash", ["-c", script], { cwd: directory, encoding: "utf8" }),
    );
    rmSync(directory, { recursive: true });

    expect(body).toMatchObject({
      applicationId: "ocid1.fnapp.oc1.iad.aaaaaaaademo",
      config: { NODE_OPTIONS: nodeOptions },
      sourceDetails: {
        handler,
        archiveSourceDetails: { archiveFile: zip.toString("base64") },
      },
    });
  });

  it("names the size of the heap that the image has", () => {
    const named = [...page.matchAll(/--max-old-space-size=\d+/g)].map(([option]) => option);

    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((option) => option !== nodeOptions)).toEqual([]);
  });

  it("shows the queries of the stack's policy", () => {
    const hcl = read("deploy/terraform/scaling.tf");
    const [, query = ""] = /published_average = "(.*)"$/m.exec(hcl) ?? [];
    const shown = query
      .replaceAll('\\"', '"')
      .replace(/\$\{[^}]*\}/, "ocid1.instancepool.oc1.iad.aaaaaaaademoweb");

    expect(page).toContain(`\n${shown} > 70\n${shown} < 30\n`);
  });

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
    expect(page).toContain("npx yaml --json --single < pools.yaml");
    const yaml = join(root, "node_modules/.bin/yaml");
    const line = execFileSync(yaml, ["--json", "--single"], { input: pools, encoding: "utf8" });

    expect(line.trim()).not.toContain("\n");
    expect(configurationOf({ POOLS: line }).pools).toEqual(configurationOf({ POOLS: pools }).pools);
  });

  it("sends requests that are answered", () => {
    const bodies = [...page.matchAll(/(?:echo -n|--body) '(\{.*?\})'/g)].map(([, body = ""]) =>
      JSON.parse(body),
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
        expect(page).toContain(`\n${statement}\n`);
      }
    },
  );

  it("shows JSON that can be parsed", () => {
    const shown = deployPages.flatMap((name) => blocks(name, "json"));

    expect(shown.length).toBeGreaterThan(2);
    for (const json of shown) expect(() => JSON.parse(json)).not.toThrow();
  });

  it("sets no key but those that are read", () => {
    const set = [...page.matchAll(/oci-pool-utilization ([A-Z_]+)/g)].map(([, key]) => key);
    const named = [...page.matchAll(/`((?:PROMETHEUS|OCI|LOG|POOLS|ON)_[A-Z_]+)`/g)].map(
      ([, key]) => key,
    );

    expect(set.length).toBeGreaterThan(1);
    expect([...set, ...named].filter((key) => !Object.hasOwn(allVariables(), key ?? ""))).toEqual(
      [],
    );
  });

  it("says of every error code what to do, and of no other", () => {
    const rows = [...read("docs/troubleshooting.md").matchAll(/^\| `([A-Z_]+)` \|(.*)$/gm)];

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

    expect(original).toBe(read("examples/original-config.yaml"));
    expect(theirs?.problems).toEqual([]);
    expect(theirs?.warnings).toHaveLength(1);
    expect(rewritten?.problems).toEqual([]);
    expect(rewritten?.pools[0]?.instancePoolId).toBe(theirs?.pools[0]?.instancePoolId);
  });

  it("says what becomes of every key", () => {
    const keys = [...Object.keys(aliases), ...ignoredKeys, "region", "prometheus_url"];

    expect(keys.filter((key) => !read(page).includes(`\`${key}\``))).toEqual([]);
  });

  it("finds each name where it says that it is", () => {
    const rows = [...read(page).matchAll(/^\| (`[A-Za-z(), `]+) \| `(src\/[\w\-/.]+)` \|/gm)];

    expect(rows.length).toBeGreaterThan(6);
    for (const [, names = "", file = ""] of rows) {
      for (const [, name = ""] of names.matchAll(/`(\w+)/g)) expect(read(file)).toContain(name);
    }
  });
});
