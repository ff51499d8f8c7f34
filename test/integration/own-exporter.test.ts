import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { hostHistories } from "../support/host-history.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer, serverKinds } from "../support/prometheus.ts";

const firstDownloadMs = 300_000;

const instances = ["a", "b"].map((unique) => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state: "Running",
}));
const pool = { id: poolId, displayName: "web", compartmentId, instances };

const busy = 'sum by (instance) (rate(node_cpu_seconds_total{mode="user",$selector}[$window]))';
const used =
  "1 - node_memory_MemAvailable_bytes{$selector} / node_memory_MemTotal_bytes{$selector}";
const exporters = {
  ratio: { cpu: busy, memory: used, unit: "ratio" },
  percent: { cpu: `100 * ${busy}`, unit: "percent" },
  wrongUnit: { cpu: `100 * ${busy}`, unit: "ratio" },
  broken: { cpu: "sum by (instance (up{$selector})", memory: used, unit: "ratio" },
  twoRows: { cpu: "rate(node_cpu_seconds_total{$selector}[$window])", unit: "ratio" },
  range: { cpu: "node_cpu_seconds_total{$selector}[1m]", unit: "ratio" },
  noLabel: { cpu: "avg(rate(node_cpu_seconds_total{$selector}[$window]))", unit: "ratio" },
  nothing: { cpu: "not_there{$selector}", unit: "ratio" },
};

describe.each(serverKinds)("an exporter of the operator's on a real %s", (kind) => {
  let server: PrometheusServer;
  let emulator: OciEmulator;
  let agent: FnAgent;

  beforeAll(async () => {
    server = await PrometheusServer.start({ kind, scrapeConfigs: [] });
    const host = (unique: string, cpu: number) => ({
      labels: { instance: `inst-${unique}-web:9100` },
      cpu,
      memory: 30,
    });
    const others = { labels: { instance: "others:9100" }, cpu: 100, memory: 90 };
    await server.write(hostHistories([host("a", 20), host("b", 60), others], Date.now()));
    emulator = await OciEmulator.start({ tenancy: () => ({ pools: [pool] }) });
    agent = await startFunction({
      ...emulator.environment,
      PROMETHEUS_URL: server.url,
      POOLS: JSON.stringify({ prometheus: { exporters } }),
    });
  }, firstDownloadMs);
  afterAll(async () => {
    await agent?.close();
    await emulator?.close();
    await server?.kill();
  });

  const measure = async (exporter: keyof typeof exporters, match?: object) => {
    const prometheus = { exporter, ...(match && { match }) };
    const request = { instancePoolId: poolId, source: "prometheus", prometheus };
    return (await ask(agent, { ...request, includeInstances: true })).pools[0];
  };

  it("gives each member its row", async () => {
    expect(await measure("ratio")).toMatchObject({
      status: "ok",
      resolutionSeconds: null,
      cpu: { average: expect.closeTo(40, 1), min: expect.closeTo(20, 1), reporting: 2 },
      memory: { average: expect.closeTo(30, 1), reporting: 2 },
      instances: { details: [{ displayName: "inst-a-web", cpu: expect.closeTo(20, 1) }, {}] },
      warnings: [],
    });
  });

  it("is in percent, and without memory", async () => {
    expect(await measure("percent")).toMatchObject({
      status: "partial",
      cpu: { average: expect.closeTo(40, 1), reporting: 2 },
      memory: { average: null, reporting: 0 },
      instances: { missing: [{ metrics: ["memory"], reason: "no_data" }, {}] },
    });
  });

  it("has its own message when the server can't read it", async () => {
    const pool = await measure("broken");

    expect(pool).toMatchObject({
      cpu: { average: null },
      memory: { average: expect.closeTo(30, 1) },
    });
    expect(pool?.warnings).toContainEqual(
      expect.stringMatching(/^The server refuses the cpu expression of exporter "broken": .*pars/),
    );
    expect(pool?.instances?.missing[0]?.reason).toBe("query_failed");
  });

  it("has its own message when a host has several values", async () => {
    const pool = await measure("twoRows");

    expect(pool).toMatchObject({ status: "failed", cpu: { average: null } });
    expect(pool?.instances?.missing[0]).toMatchObject({ reason: "unresolved_host" });
    expect(pool?.warnings).toContainEqual(
      'exporter "twoRows" gives more than one value of CPU for 2 member(s), such as "inst-a-web": let its cpu expression have one row by instance',
    );
  });

  it("takes no range for a value", async () => {
    const pool = await measure("range");

    expect(pool).toMatchObject({ status: "failed", cpu: { average: null } });
    expect(pool?.warnings.join()).toContain("more than one value");
  });

  it.each([
    ["noLabel", /rows of exporter "noLabel" name no running member: keep the label "instance"/],
    ["nothing", /expressions of exporter "nothing" have no row for the pool: does their label/],
    ["wrongUnit", /^Is the unit of exporter "wrongUnit" really ratio\?$/],
  ] as const)("says what is wrong with %s", async (exporter, hint) => {
    expect((await measure(exporter))?.error).toMatchObject({
      code: "NO_DATA",
      hint: expect.stringMatching(hint),
    });
  });

  it("has its rows shown by the doctor", async () => {
    const prometheus = { exporter: "ratio" };
    const request = { check: "doctor", instancePoolId: poolId, source: "prometheus", prometheus };

    const { findings } = JSON.parse((await agent.invoke(JSON.stringify(request))).body.toString());

    expect(findings.map(({ message }: { readonly message: string }) => message)).toContainEqual(
      expect.stringMatching(
        /^Exporter "ratio" gives CPU in 2 row\(s\), as ratio \("inst-a-web:9100": 0\.[12]\d*, "inst-b-web:9100": 0\.[56]\d*\)\.$/,
      ),
    );
  });

  it("is of the window that the server looked at, which on VictoriaMetrics ends half a minute ago", async () => {
    const before = Date.now();
    const { window } = (await measure("ratio")) ?? {};
    const lookedAt = Date.parse(window?.end ?? "") + (kind === "victoria-metrics" ? 30_000 : 0);

    // VictoriaMetrics may go by whole seconds.
    expect(lookedAt).toBeGreaterThanOrEqual(before - 1_000);
    expect(lookedAt).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it("is what the doctor names, and what to change of it", async () => {
    const prometheus = { exporter: "nothing" };
    const request = { check: "doctor", instancePoolId: poolId, source: "prometheus", prometheus };

    const findings = (await agent.invoke(JSON.stringify(request))).body.toString();

    expect(findings).toContain('Exporter \\"nothing\\" gives CPU in 0 row(s), as ratio.');
    expect(findings).toContain('no row of the exporter \\"nothing\\" with their displayName');
    expect(findings).toContain(
      'The expressions of exporter \\"nothing\\" have no row for the pool',
    );
  });
});
