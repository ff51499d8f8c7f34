import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { findExecutable } from "../support/debian-package.ts";
import { startFunction } from "../support/function-process.ts";
import { HttpGateway } from "../support/http-gateway.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer, serverKinds } from "../support/prometheus.ts";
import { createTemporaryDirectory } from "../support/temporary-directory.ts";

const firstDownloadMs = 300_000;

const member = (unique: string, cpu: number, memory: number) => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state: "Running",
  cpu: steady(cpu),
  memory: steady(memory),
});
const silent = { id: instanceId("e"), displayName: "inst-e-db", state: "Running" };
const pool = (id: string, displayName: string, instances: readonly object[]) => ({
  id,
  displayName,
  compartmentId,
  instances: instances as never,
});
const oddName = 'ümlaut "quoted" \\ back';
const pools = [
  pool(poolId, "web", [member("a", 20, 40), member("b", 80, 60)]),
  pool(`${poolId}db`, "db", [silent]),
  pool(`${poolId}odd`, oddName, [member("o", 10, 20), silent]),
];
const configured = {
  POOLS: JSON.stringify({ pools: pools.map(({ id: instancePoolId }) => ({ instancePoolId })) }),
};

/** The YAML of a page, block by block. */
function blocksOf(page: string): readonly string[] {
  const markdown = readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");
  return [...markdown.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? "");
}

/** Prometheus' own checks, of the package that has the server. */
async function promtool(parameters: readonly string[], input = "") {
  const { path } = await findExecutable("prometheus");
  const child = spawn(join(dirname(path), "promtool"), parameters);
  child.stdin.end(input);
  const [printed, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once("close", resolve)),
  ]);
  return { code, printed, errors };
}

describe("a function behind an HTTP trigger, as it is scraped", () => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  let gateway: HttpGateway;

  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools } });
    agent = await startFunction({ ...emulator.environment, ...configured });
    gateway = await HttpGateway.start(agent);
  });
  afterAll(async () => {
    await gateway?.close();
    await agent?.close();
    await emulator?.close();
  });

  const get = (query: string, init: RequestInit = {}) => fetch(`${gateway.url}/${query}`, init);

  it.each([
    ["", "text/plain", "text/plain; version=0.0.4; charset=utf-8"],
    ["?format=prometheus", "*/*", "text/plain; version=0.0.4; charset=utf-8"],
    [
      "?format=openmetrics",
      "text/plain",
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    ],
    ["", "*/*", "application/json"],
  ])("answers GET /%s with Accept: %s by %s", async (query, accept, contentType) => {
    const response = await get(query, { headers: { accept } });

    expect([response.status, response.headers.get("content-type")]).toEqual([200, contentType]);
  });

  it("says in text what it measured, and nothing of what is missing", async () => {
    const body = await (await get("?format=prometheus")).text();

    const samples = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const of = (id: string, name: string) => `instance_pool_id="${id}",pool="${name}",source="oci"`;
    const [web, db, odd] = [
      of(poolId, "web"),
      of(`${poolId}db`, "db"),
      of(`${poolId}odd`, 'ümlaut \\"quoted\\" \\\\ back'),
    ];
    const instances = (labels: string, counts: readonly number[]) =>
      ["running", "counted", "reporting"].map(
        (state, index) =>
          `oci_instance_pool_instances{${labels},state="${state}"} ${counts[index]}`,
      );
    expect(samples).toEqual([
      `oci_instance_pool_cpu_utilization_ratio{${web}} 0.5`,
      `oci_instance_pool_cpu_utilization_ratio{${odd}} 0.1`,
      `oci_instance_pool_memory_utilization_ratio{${web}} 0.5`,
      `oci_instance_pool_memory_utilization_ratio{${odd}} 0.2`,
      ...instances(web, [2, 2, 2]),
      ...instances(db, [1, 1, 0]),
      ...instances(odd, [2, 2, 1]),
      `oci_instance_pool_up{${web}} 1`,
      `oci_instance_pool_up{${db}} 0`,
      `oci_instance_pool_up{${odd}} 1`,
    ]);
  });

  it(
    "passes promtool check metrics",
    async () => {
      const body = await (await get("?format=prometheus")).text();

      expect(await promtool(["check", "metrics"], body)).toEqual({
        code: 0,
        printed: "",
        errors: "",
      });
    },
    firstDownloadMs,
  );

  it(
    "is read as docs/scraping.md says",
    async () => {
      const [scrape = "", rules = "", ...triggers] = blocksOf("docs/scraping.md");
      const directory = await createTemporaryDirectory();
      const file = async (name: string, content: string) => {
        const path = join(directory.path, name);
        await writeFile(path, content);
        return path;
      };
      const config = await promtool(["check", "config", await file("prometheus.yml", scrape)]);
      const rule = await promtool(["check", "rules", await file("rules.yml", rules)]);
      expect([config.code, rule.code, config.errors, rule.errors]).toEqual([0, 0, "", ""]);
      await directory.remove();

      const [json, prometheus] = triggers.map((block) => parse(block).triggers[0].metadata);
      const answerTo = (url: string) =>
        get(new URL(url).search.replace("pool=web", `instancePoolId=${poolId}`));
      const found: unknown = json.valueLocation
        .split(".")
        .reduce(
          (at: object, key: string) => Reflect.get(at, key),
          await (await answerTo(json.url)).json(),
        );
      expect([json.format, found]).toEqual(["json", 50]);
      const [name, label] = prometheus.valueLocation.split(/[{}]/);
      const line = (await (await answerTo(prometheus.url)).text())
        .split("\n")
        .find((sample) => sample.startsWith(`${name}{`) && sample.includes(label));
      expect([prometheus.format, line?.split(" ").at(-1)]).toEqual(["prometheus", "0.5"]);
    },
    firstDownloadMs,
  );

  it.each([
    ["PUT", 405],
    ["DELETE", 405],
    ["OPTIONS", 405],
    ["HEAD", 200],
    ["POST", 200],
  ])("answers %s with %i", async (method, status) => {
    const response = await get("", { method });

    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(status === 405 ? "GET, HEAD, POST" : null);
  });

  it.each([
    ["?format=xml", 400],
    ["?pool=nobody&format=prometheus", 404],
  ])("tells in JSON what is wrong with /%s", async (query, status) => {
    const response = await get(query);

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code: expect.any(String) } });
  });

  // Each waits for its first scrape.
  describe.concurrent.each(serverKinds)("by a real %s", (kind) => {
    let server: PrometheusServer;
    beforeAll(async () => {
      const [, address = ""] = gateway.url.split("//");
      const scrapeConfigs = [{ job: "pools", targets: [{ address }] }];
      server = await PrometheusServer.start({ kind, scrapeConfigs });
    }, firstDownloadMs);
    afterAll(() => server?.kill());

    it("is stored with its labels, and pools that were not measured as 0", async () => {
      const settled = "oci_instance_pool_up";
      await server.waitFor(settled, (rows) => rows.length === 3, 60_000, "newest");

      const answer = await server.query(
        "sort(last_over_time({__name__=~'oci_instance_pool_up|oci_instance_pool_cpu_utilization_ratio'}[1h]))",
        "newest",
      );

      const labels = (id: string, name: string) => ({
        instance_pool_id: id,
        pool: name,
        source: "oci",
      });
      const row = (id: string, name: string, value: string) => ({
        metric: expect.objectContaining(labels(id, name)),
        value: [expect.anything(), value],
      });
      expect(answer).toMatchObject({
        result: [
          row(`${poolId}db`, "db", "0"),
          row(`${poolId}odd`, oddName, "0.1"),
          row(poolId, "web", "0.5"),
          expect.anything(),
          expect.anything(),
        ],
      });
      expect(gateway.accepted).toMatch(/openmetrics|text\/plain/);
    });
  });
});
