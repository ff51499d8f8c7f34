import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeExporter } from "../support/node-exporter.ts";
import { nodeExecutable } from "../support/node-release.ts";
import { PrometheusServer, serverKinds } from "../support/prometheus.ts";
import { SyntheticExporter } from "../support/synthetic-exporter.ts";

const firstDownloadMs = 300_000;
const scrapingMs = 60_000;

describe("a real Prometheus that scrapes two real node_exporters", () => {
  let exporters: readonly NodeExporter[] = [];
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    exporters = await Promise.all([
      NodeExporter.start({ host: "127.0.0.11" }),
      NodeExporter.start({ host: "127.0.0.12" }),
    ]);
    const targets = exporters.map(({ address }, index) => ({
      address,
      labels: { instance: `web-${index + 1}` },
    }));
    prometheus = await PrometheusServer.start({ scrapeConfigs: [{ job: "node", targets }] });
  }, firstDownloadMs);

  afterAll(async () => {
    await Promise.all([prometheus?.kill(), ...exporters.map((exporter) => exporter.kill())]);
  });

  it("rates both instances' CPU by mode", { timeout: scrapingMs }, async () => {
    const query = "sum by (instance, mode) (rate(node_cpu_seconds_total[1m]))";

    await prometheus.waitFor(query, (rows) => rows.length >= 16);

    const result = await prometheus.query(`count by (instance) (${query})`);
    expect(result).toMatchObject({
      resultType: "vector",
      result: [{ metric: { instance: "web-1" } }, { metric: { instance: "web-2" } }],
    });
  });

  it("sees which instance is killed", { timeout: scrapingMs }, async () => {
    await prometheus.waitFor("up == 1", (rows) => rows.length === 2);

    await exporters[1]?.kill();

    await prometheus.waitFor("up == 0", ([row]) => row?.metric["instance"] === "web-2");
  });

  it("swaps targets on a reload", { timeout: scrapingMs }, async () => {
    const synthetic = await SyntheticExporter.start("answer 41");
    try {
      await prometheus.reload([{ job: "node", targets: [{ address: synthetic.address }] }]);
      await prometheus.waitFor("answer", ([row]) => row?.value[1] === "41");

      synthetic.setMetrics("answer 42");

      await prometheus.waitFor("answer", ([row]) => row?.value[1] === "42");
      await prometheus.waitFor("up", (rows) => rows.length === 1);
    } finally {
      await synthetic.kill();
    }
  });

  it("says why a query is wrong", async () => {
    await expect(prometheus.query("rate(up)")).rejects.toThrow(/400.*expected type range vector/);
  });
});

describe.each(serverKinds)("a real %s that is given a history", (kind) => {
  let server: PrometheusServer;
  const minutes = Array.from({ length: 1440 }, (_, index) => 1439 - index);

  beforeAll(async () => {
    server = await PrometheusServer.start({ kind, scrapeConfigs: [] });
    const now = Date.now();
    const sample = (secondsAgo: number, value: number | "stale") => ({
      timeMs: now - 1000 * secondsAgo,
      value,
    });
    await server.write([
      {
        labels: { __name__: "living_total" },
        // Goes on after this moment, so that it is fresh however long the test takes.
        samples: minutes.map((minute) => sample(60 * minute - 480, 1440 - minute)),
      },
      { labels: { __name__: "ended" }, samples: [sample(90, 1), sample(75, "stale")] },
      { labels: { __name__: "silent" }, samples: [sample(90, 1)] },
    ]);
  }, firstDownloadMs);
  afterAll(() => server?.kill());

  it("knows all of a day", async () => {
    const answer = await server.query("round(increase(living_total[22h]), 60)");

    expect(answer).toMatchObject({ result: [{ value: [expect.anything(), "1320"] }] });
  });

  it("knows what has ended from what is silent", async () => {
    const answer = await server.query('{__name__=~"ended|silent"}');

    expect(answer).toMatchObject({ result: [{ metric: { __name__: "silent" } }] });
  });

  it("is of a version that is known", () => {
    expect(server.version).toMatch(/^\d+\.\d+/);
  });
});

it.each([22, 24] as const)(
  "runs a real Node.js %i",
  { timeout: firstDownloadMs },
  async (major) => {
    const { stdout } = await promisify(execFile)(await nodeExecutable(major), ["--version"]);

    expect(stdout).toMatch(new RegExp(`^v${major}\\.`));
  },
);
