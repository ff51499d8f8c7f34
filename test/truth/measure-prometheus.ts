import { setTimeout as delay } from "node:timers/promises";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { EmulatedPool } from "../../local/oci-emulator/tenancy.ts";
import type { Metric, PoolResult } from "../../src/result/result-document.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer, type ServerKind } from "../support/prometheus.ts";
import { remoteWriteRequests } from "../support/remote-write.ts";
import type { Answers, Measured, Measurements, ServerCase } from "./case.ts";
import type { HostCase } from "./cases-prometheus.ts";
import { commonQueries, originalMemoryQuery, queryByInstance } from "./common-formulas.ts";
import type { HistoryCase } from "./history-case.ts";
import {
  askAboutHistories,
  emulatedPool,
  type HistoryPool,
  historiesOf,
  historyMeasurements,
} from "./measure-history.ts";
import { measuredPool, readingsOf } from "./readings.ts";
import { ScrapedHosts } from "./scraped-hosts.ts";
import { scrapeSeconds } from "./synthetic-host.ts";

type Steal = "busy" | "idle";
type Formulas = Awaited<ReturnType<typeof askFormulas>>;

/** What was measured of the cases that are one pool. */
export interface PoolMeasurements {
  readonly cases: readonly ServerCase[];
  readonly measurements: Measurements;
  readonly pool: PoolResult | undefined;
  /** Between these times the function asked the server (epoch ms); only of histories. */
  readonly asked?: { readonly fromMs: number; readonly untilMs: number };
}

/** All that one server, and the function that asks it, say. */
export interface ServerMeasurements {
  /** As "3.5.3+ds1-6". */
  readonly version: string;
  readonly scraped: readonly PoolMeasurements[];
  readonly histories: readonly PoolMeasurements[];
}

/** Servers take nothing that is more than ten minutes ahead, and starting them may have taken a download. */
const longestAheadMs = 60_000;

const steals: readonly Steal[] = ["busy", "idle"];

/** What servers of these kinds say, and the time that the histories' ages are counted from. */
export interface AllMeasurements {
  readonly now: number;
  readonly byKind: ReadonlyMap<ServerKind, ServerMeasurements>;
}

/**
 * Has the function measure these hosts on a server of each kind, which scrapes some and is given
 * the histories of the others, and asks the same server by the common formulas. Histories are written before
 * anything is scraped, as meanwhile hosts of this process answer no scrape. They are of a time to come, when they
 * will have been written, which takes about three times as long as to start all servers.
 */
export async function measureOnAll(
  kinds: readonly ServerKind[],
  scrapedCases: readonly HostCase[],
  historyCases: readonly HistoryCase[],
): Promise<AllMeasurements> {
  const scrapeInterval = `${scrapeSeconds}s`;
  const ends: (() => Promise<unknown>)[] = [];
  const began = Date.now();
  try {
    const servers = await Promise.all(
      kinds.map(async (kind) => {
        const server = await PrometheusServer.start({ kind, scrapeInterval, scrapeConfigs: [] });
        ends.push(() => server.kill());
        return server;
      }),
    );
    let emulatedPools = steals.map((steal) => scrapedPool(ofPool(scrapedCases, steal), steal));
    const emulator = await OciEmulator.start({ tenancy: () => ({ pools: emulatedPools }) });
    ends.push(() => emulator.close());
    const agents = await Promise.all(
      servers.map(async ({ url }) => {
        const agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: url });
        ends.push(() => agent.close());
        return agent;
      }),
    );
    const now = Date.now() + Math.min(3 * (Date.now() - began), longestAheadMs);
    const { pools, series } = historiesOf(historyCases, now);
    emulatedPools = [...emulatedPools, ...pools.map((pool) => emulatedPool(pool, now))];
    const requests = [...remoteWriteRequests(series)];
    await Promise.all(servers.map((server) => server.send(requests)));
    const measured = await Promise.all(
      servers.map(async (server, index) => {
        const agent = agents[index];
        if (agent === undefined) throw new Error("A server has no function.");
        const [scraped, histories] = await Promise.all([
          measureScraped(server, agent, scrapedCases),
          measureHistories(server, agent, pools, now),
        ]);
        return { version: server.version, scraped, histories };
      }),
    );
    return {
      now,
      byKind: new Map(measured.map((one, index) => [kinds[index] ?? "prometheus", one])),
    };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function measureHistories(
  server: PrometheusServer,
  agent: FnAgent,
  pools: readonly HistoryPool[],
  now: number,
): Promise<readonly PoolMeasurements[]> {
  await delay(Math.max(0, now - Date.now()));
  const fromMs = Date.now();
  const results = await askAboutHistories(agent, pools);
  const asked = { fromMs, untilMs: Date.now() };
  return Promise.all(
    pools.map(async (pool, index) => ({
      cases: pool.members.map(({ one }) => one),
      measurements: await historyMeasurements(server, pool, results[index]),
      pool: results[index],
      asked,
    })),
  );
}

/** The hosts whose stolen time is idle are a pool of their own. */
async function measureScraped(
  server: PrometheusServer,
  agent: FnAgent,
  cases: readonly HostCase[],
): Promise<readonly PoolMeasurements[]> {
  if (cases.length === 0) return [];
  const hosts = await ScrapedHosts.start(server, cases, (one) => instanceOf(nameOf(one)));
  try {
    const pools: PoolResult[] = [];
    for (const steal of steals) {
      const request = { instancePoolId: `${poolId}${steal}`, prometheus: { steal } };
      const options = { source: "prometheus", includeInstances: true };
      pools.push(measuredPool(await ask(agent, { ...request, ...options })));
    }
    const formulas = await askFormulas(server);
    return pools.map((pool, index) => {
      const members = ofPool(cases, steals[index] ?? "busy");
      return { cases: members, measurements: measurements(members, pool, formulas), pool };
    });
  } finally {
    await hosts.close();
  }
}

function measurements(
  cases: readonly HostCase[],
  pool: PoolResult,
  { common, original }: Formulas,
): Measurements {
  const readings = readingsOf(pool);
  const measured = cases.map((one): readonly [string, Readonly<Record<Metric, Measured>>] => {
    const name = nameOf(one);
    const { cpu, memory } = readings.get(name) ?? {};
    const rowsOf = (rows: ReadonlyMap<string, Answers>) => rows.get(instanceOf(name)) ?? [];
    const memoryRivals = { common: rowsOf(common.memory), original: rowsOf(original.memory) };
    return [
      one.name,
      {
        cpu: { ours: cpu, rivals: { common: rowsOf(common.cpu) } },
        memory: { ours: memory, rivals: memoryRivals },
      },
    ];
  });
  const { warnings, status } = pool;
  const averages = { cpu: pool.cpu.average, memory: pool.memory.average };
  return { members: new Map(measured), warnings, status, pool: averages };
}

/** The display name of a scraped host's instance. */
function nameOf({ name }: HostCase): string {
  return `inst-${name.replaceAll(/[^\w]+/g, "-")}-live`;
}

/** The label that the server gives the targets of a host. */
function instanceOf(displayName: string): string {
  return `${displayName}:9100`;
}

/** The cases that the pool for this setting consists of. */
function ofPool(cases: readonly HostCase[], steal: Steal): readonly HostCase[] {
  return cases.filter((one) => (one.steal ?? "busy") === steal);
}

function scrapedPool(cases: readonly HostCase[], steal: Steal): EmulatedPool {
  const instances = cases.map((one) => ({
    id: instanceId(nameOf(one)),
    displayName: nameOf(one),
    state: "Running",
  }));
  return { id: `${poolId}${steal}`, displayName: steal, compartmentId, instances };
}

async function askFormulas(prometheus: PrometheusServer) {
  return {
    common: {
      cpu: await queryByInstance(prometheus, commonQueries.cpu),
      memory: await queryByInstance(prometheus, commonQueries.memory),
    },
    original: { memory: await queryByInstance(prometheus, originalMemoryQuery) },
  };
}
