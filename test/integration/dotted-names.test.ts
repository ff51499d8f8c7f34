import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer } from "../support/prometheus.ts";
import { SyntheticExporter } from "../support/synthetic-exporter.ts";

const cpu = 37;
const memory = 58;

/**
 * What one scrape shows of a host that is always as busy, in names of OpenTelemetry's own: each sample has its time,
 * until some minutes from now, so that it is true and fresh however long the test takes.
 */
function exposition(now: number): string {
  const shares = { user: cpu / 100, idle: 1 - cpu / 100, system: 0, nice: 0, interrupt: 0 };
  const seconds = Array.from({ length: 130 }, (_, index) => 5 * index - 180);
  const series = (labels: string, valueAt: (second: number) => number) =>
    seconds.map((second) => `${labels} ${valueAt(second)} ${now + 1000 * second}`);
  const counters = ["0", "1"].flatMap((number) =>
    Object.entries(shares).flatMap(([mode, share]) =>
      series(
        `{"system.cpu.time","cpu.logical_number"="${number}","cpu.mode"="${mode}"}`,
        (second) => 1_000 + share * second,
      ),
    ),
  );
  const gauges = Object.entries({ used: memory, free: 100 - memory }).flatMap(([state, share]) =>
    series(`{"system.memory.usage","system.memory.state"="${state}"}`, () => share * 1e8),
  );
  return [...counters, ...gauges].join("\n");
}

describe("names and labels with dots, as Prometheus 3 scrapes them", () => {
  let exporter: SyntheticExporter;
  let server: PrometheusServer;
  let emulator: OciEmulator;
  let agent: FnAgent;

  beforeAll(async () => {
    const format = "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8";
    exporter = await SyntheticExporter.start(exposition(Date.now()), format);
    const labels = { "host.name": "host-1" };
    server = await PrometheusServer.start({
      kind: "prometheus-testing",
      scrapeConfigs: [{ job: "otel", targets: [{ address: exporter.address, labels }] }],
    });
    const instances = [{ id: instanceId("1"), displayName: "host-1", state: "Running" }];
    const pools = [{ id: poolId, displayName: "web", compartmentId, instances }];
    emulator = await OciEmulator.start({ tenancy: () => ({ pools }) });
    agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: server.url });
    await server.waitFor('{"system.memory.usage"}', (rows) => rows.length === 2, 60_000);
  });
  afterAll(async () => {
    await agent?.close();
    await emulator?.close();
    await server?.kill();
    await exporter?.kill();
  });

  /** How many queries the server has answered. */
  const answered = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const counts = text.matchAll(
      /^prometheus_http_requests_total\{.*"\/api\/v1\/query"\} (\d+)$/gm,
    );
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const measure = async (exporterName: string) => {
    const before = await answered();
    const match = { label: "host.name", by: "displayName" };
    const prometheus = { exporter: exporterName, match };
    const request = { instancePoolId: poolId, source: "prometheus", windowMinutes: 1, prometheus };
    const [pool] = (await ask(agent, request)).pools;
    return { pool, queries: (await answered()) - before };
  };
  const right = {
    status: "ok",
    cpu: { average: expect.closeTo(cpu, 0), reporting: 1 },
    memory: { average: expect.closeTo(memory, 0), reporting: 1 },
    warnings: [],
  };

  it("are found out at first, and asked for in two queries from then on", async () => {
    expect(await measure("auto")).toMatchObject({ pool: right, queries: 3 });
    expect(await measure("auto")).toMatchObject({ pool: right, queries: 2 });
  });

  it("are read by the exporter's name in two queries, once it has been seen what it is", async () => {
    expect((await measure("opentelemetry")).pool).toMatchObject(right);
    expect(await measure("opentelemetry")).toMatchObject({ pool: right, queries: 2 });
  });
});
