import { execFile } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PoolResult } from "../../src/result/result-document.ts";
import { anInvocation } from "../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { poolSpec } from "../support/pool-spec.ts";
import { PrometheusServer } from "../support/prometheus.ts";
import { prometheusServerConfig } from "../support/prometheus-server-config.ts";

const root = new URL("../../", import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), "utf8");
const page = text("docs/adding-an-exporter.md");

/** What a person who reads the page types into a copy of the code. */
const copy = new URL("coverage/adding-an-exporter/", root);
const [, file = ""] = /```ts\n([\s\S]*?)```/.exec(page.replaceAll(/^ {3}/gm, "")) ?? [];

function edit(path: string, ...changes: readonly (readonly [from: RegExp, to: string])[]): void {
  const place = new URL(path, copy);
  const before = readFileSync(place, "utf8");
  const after = changes.reduce((all, [from, to]) => all.replace(from, to), before);
  expect(after).not.toBe(before);
  writeFileSync(place, after);
}

/** What tsc says of the copy. */
async function typesOf(): Promise<string> {
  const arguments_ = ["node_modules/.bin/tsc", "--project", fileURLToPath(copy)];
  const run = promisify(execFile)(process.execPath, arguments_, { cwd: fileURLToPath(root) });
  return run.then(
    ({ stdout }) => stdout,
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
}

describe("docs/adding-an-exporter.md, word for word", () => {
  let server: PrometheusServer;

  beforeAll(async () => {
    cpSync(new URL("src/", root), new URL("src/", copy), { recursive: true });
    const config = {
      extends: "../../tsconfig.json",
      include: ["src/prometheus-metrics/exporters"],
    };
    writeFileSync(new URL("tsconfig.json", copy), JSON.stringify(config));
    server = await PrometheusServer.start({ scrapeConfigs: [] });
    const now = Date.now();
    const series = (labels: Readonly<Record<string, string>>, at: (second: number) => number) => ({
      labels: { instance: "web-1:9200", job: "acme", ...labels },
      samples: Array.from({ length: 60 }, (_, index) => ({
        timeMs: now + 15_000 * (index - 40),
        value: at(15 * index),
      })),
    });
    const counter = (kind: string, share: number) =>
      series(
        { __name__: "acme_cpu_seconds_total", core: "0", kind },
        (second) => 100 + share * second,
      );
    await server.write([
      series({ __name__: "up" }, () => 1),
      counter("user", 0.25),
      counter("system", 0.05),
      counter("idle", 0.7),
      series({ __name__: "acme_memory_total_bytes" }, () => 1e9),
      series({ __name__: "acme_memory_available_bytes" }, () => 4e8),
    ]);
  });
  afterAll(async () => {
    await server?.kill();
    rmSync(copy, { recursive: true, force: true });
  });

  it("has the file of the example", () => {
    const example = text("examples/adding-an-exporter/acme.ts");

    expect(file).toBe(
      example.replace("../../src/prometheus-metrics/exporters/exporter.ts", "./exporter.ts"),
    );
  });

  it("has tsc say where the line is missing", async () => {
    writeFileSync(new URL("src/prometheus-metrics/exporters/acme.ts", copy), file);
    edit("src/config/exporters.ts", [
      /(?<=exporterNames = \[[^\]]*)\] as const/,
      '"acme"] as const',
    ]);

    expect(await typesOf()).toMatch(/exporters\.ts.*'acme' is missing/);
  });

  it("makes an exporter that is read on a real Prometheus, by its name and by auto", async () => {
    edit(
      "src/prometheus-metrics/exporters/exporters.ts",
      [/(?=import )/, 'import { acme } from "./acme.ts";\n'],
      [/(?<=\nconst named[\s\S]*?\(\{)/, "acme: [acme],"],
    );
    expect(await typesOf()).toBe("");

    for (const exporter of ["acme", "auto"]) {
      const { cpu, memory, warnings } = await measure(server.url, exporter);
      expect([cpu.average, memory.average, warnings]).toEqual([
        expect.closeTo(30, 1),
        expect.closeTo(60, 1),
        [],
      ]);
    }
  });
});

/** By the copy's own collector. */
async function measure(url: string, exporter: string): Promise<PoolResult> {
  const load = (path: string) => import(/* @vite-ignore */ new URL(`src/${path}`, copy).pathname);
  const { PrometheusMetricsCollector } = await load("collectors/prometheus-metrics-collector.ts");
  const { PrometheusClient } = await load("prometheus/client.ts");
  const { processPool } = await load("process-pool.ts");
  const client = new PrometheusClient(prometheusServerConfig({ url }), () => new Date());
  const invocation = anInvocation();
  const readSecret = () => Promise.reject(new Error("there is no Vault"));
  const id = instanceId("1");
  const instances = [{ id, displayName: "web-1", compartmentId, state: "RUNNING" }];
  const collector = new PrometheusMetricsCollector({
    directory: {
      getInstancesFromInstancePool: async () => ({ id: poolId, name: "web", instances }),
    },
    hosts: { hostsOf: async () => ({ byInstanceId: new Map(), failure: undefined }) },
    ownExporterOf: () => undefined,
    serverOf: async () => ({
      query: (promql: string, time?: Date) =>
        client.query(promql, { invocation, readSecret, time }),
      fits: () => true,
      redact: (said: string) => said,
    }),
    matchLabels: () => new Set(["instance"]),
    now: () => new Date(),
  });
  const spec = { ...poolSpec({ source: "prometheus", prometheus: { exporter } }) };
  return processPool({ spec, warnings: [] }, { oci: collector, prometheus: collector }, invocation);
}
