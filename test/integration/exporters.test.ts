import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { HostTruth } from "../support/host-truth.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer, type ServerKind, serverKinds } from "../support/prometheus.ts";
import { realExporters, serverTitles, tolerance } from "../support/real-exporters.ts";

const firstDownloadMs = 300_000;
/** A window, the half minute that VictoriaMetrics hides, and the sample before. */
const samplesSeconds = 150;

const nameOf = (index: number) => `host-${index}`;
const poolOf = (index: number) => `${poolId}${index}`;
const page = new URL("../../docs/exporters.md", import.meta.url);

type Measured = Awaited<ReturnType<typeof ask>>["pools"][number];
type Window = NonNullable<Measured["window"]>;

/**
 * When the values were read from the kernel that a window shows: as long before each sample as the exporter may show
 * the same. VictoriaMetrics' `delta` begins with the last sample before the window, as averages since then do.
 */
function instantsOf(
  { start, end }: Window,
  times: readonly number[],
  kind: ServerKind,
  { refreshMs = 0, averages = false }: (typeof realExporters)[number],
) {
  const opens = Date.parse(start);
  const inside = times.filter((time) => time > opens && time <= Date.parse(end));
  const earlier = kind === "victoria-metrics" || averages;
  const first = earlier ? times.findLast((time) => time <= opens) : inside[0];
  const last = inside.at(-1);
  if (first === undefined || last === undefined) throw new Error("there are no samples");
  const averaged = Array.from(
    { length: Math.floor((last - first) / stepMs) },
    (_, at) => first + at * stepMs,
  );
  return Array.from({ length: 1 + refreshMs / stepMs }, (_, at) => {
    const before = (time: number) => time - at * stepMs;
    const gauges = (averages ? averaged : inside).map(before);
    return { first: before(first), last: before(last), gauges };
  });
}

const stepMs = 250;

/** The one of these that is nearest. */
function nearest(read: number | null, truths: readonly number[]): number {
  const off = (truly: number) => Math.abs(truly - (read ?? Number.NaN));
  return truths.reduce((one, other) => (off(other) < off(one) ? other : one));
}

/** Writes the rows under the page's last table header. */
function writeRows(rows: readonly string[]): void {
  const text = readFileSync(page, "utf8");
  writeFileSync(
    page,
    text.replace(/(?<=\n\| exporter \|.*\n.*\n)(\|.*\n)+/, `${rows.join("\n")}\n`),
  );
}

describe("this machine, as each exporter shows it to each server", () => {
  let started: Awaited<ReturnType<(typeof realExporters)[number]["start"]>>[] = [];
  let servers: readonly PrometheusServer[] = [];
  let agents: readonly FnAgent[] = [];
  let emulator: OciEmulator;
  let truth: HostTruth;
  const rows: string[] = [];

  beforeAll(async () => {
    started = await Promise.all(realExporters.map(({ start }) => start()));
    truth = HostTruth.start();
    const pools = realExporters.map((_, index) => ({
      id: poolOf(index),
      displayName: nameOf(index),
      compartmentId,
      instances: [{ id: instanceId(`n${index}`), displayName: nameOf(index), state: "Running" }],
    }));
    emulator = await OciEmulator.start({ tenancy: () => ({ pools }) });
    const scrapeConfigsOf = (kind: ServerKind) =>
      realExporters.map(({ pathFor }, index) => ({
        job: `job-${index}`,
        ...(pathFor && { path: pathFor(kind) }),
        targets: [{ address: started[index]?.address ?? "", labels: { instance: nameOf(index) } }],
      }));
    servers = await Promise.all(
      serverKinds.map((kind) =>
        PrometheusServer.start({
          kind,
          scrapeInterval: "3s",
          scrapeConfigs: scrapeConfigsOf(kind),
        }),
      ),
    );
    agents = await Promise.all(
      servers.map(({ url }) => startFunction({ ...emulator.environment, PROMETHEUS_URL: url })),
    );
  }, firstDownloadMs);
  afterAll(async () => {
    truth?.stop();
    for (const agent of agents) await agent.close();
    for (const server of servers) await server.kill();
    for (const { kill } of started) await kill();
    await emulator?.close();
    if (process.env["WRITE_DOCS"]) writeRows(rows);
  });

  it(
    "has been scraped for the window, and the half minute that VictoriaMetrics hides",
    async () => {
      const scraped = servers.map((server) =>
        server.waitFor(
          "count_over_time(up[75s:1s]) >= 70",
          (all) => all.length === realExporters.length,
          270_000,
        ),
      );
      await Promise.all(scraped);
    },
    firstDownloadMs,
  );

  describe.each(serverKinds.map((kind, index) => [kind, index] as const))(
    "on a real %s",
    (kind, index) => {
      const measure = async (exporterOf: (name: string) => string) => {
        const [agent] = agents.slice(index);
        if (agent === undefined) throw new Error(`there is no ${kind}`);
        const pools = realExporters.map(({ name }, at) => {
          const prometheus = { exporter: exporterOf(name) };
          return { instancePoolId: poolOf(at), source: "prometheus", windowMinutes: 1, prometheus };
        });
        return (await ask(agent, { pools })).pools;
      };

      /** CPU and memory of /proc at the instants that the window shows. */
      const trulyOf = async (at: number, { window, cpu, memory }: Measured) => {
        const exporter = realExporters[at];
        const { stamped = '__name__="up"' } = exporter ?? {};
        const series = `{${stamped},job="job-${at}"}`;
        const times = await servers[index]?.sampleTimes(series, samplesSeconds);
        if (!(exporter && window && times)) throw new Error("there is no answer");
        const all = instantsOf(window, times, kind, exporter);
        const cpus = all.map(({ first, last }) => truth.cpuBetween(first, last));
        const memories = all.map(({ gauges }) => truth.memoryAt(gauges));
        return [nearest(cpu.average, cpus), nearest(memory.average, memories)] as const;
      };

      it("is as busy as /proc says", async () => {
        const pools = await measure(() => "auto");

        for (const [at, { title, warning }] of realExporters.entries()) {
          const pool = pools[at];
          if (pool === undefined) throw new Error(`${title} has no answer`);
          const read = [pool.cpu.average ?? Number.NaN, pool.memory.average ?? Number.NaN] as const;
          const truly = await trulyOf(at, pool);
          const cells = truly.map((one, which) => `${one.toFixed(1)}, ${read[which]?.toFixed(1)}`);
          const server = `${serverTitles[kind]}, ${servers[index]?.version}`;
          rows.push(`| ${[title, server, ...cells].join(" | ")} |`);
          expect([title, pool.warnings]).toEqual([title, warning === undefined ? [] : [warning]]);
          expect(Math.abs(truly[0] - read[0]), `${title}: CPU ${cells[0]}`).toBeLessThan(tolerance);
          expect(Math.abs(truly[1] - read[1]), `${title}: memory ${cells[1]}`).toBeLessThan(
            tolerance,
          );
        }
      });

      it("is read by the exporter's exact names", async () => {
        const pools = await measure((name) => name);

        expect(pools.map(({ name, status }) => [name, status])).toEqual(
          realExporters.map((_, at) => [nameOf(at), "ok"]),
        );
      });
    },
  );
});
