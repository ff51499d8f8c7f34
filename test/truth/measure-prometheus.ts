import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { EmulatedPool } from "../../local/oci-emulator/tenancy.ts";
import type { Metric, PoolResult } from "../../src/result/result-document.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import type { PrometheusServer } from "../support/prometheus.ts";
import type { Answers, Measured, Measurements } from "./case.ts";
import type { HostCase } from "./cases-prometheus.ts";
import { commonQueries, originalMemoryQuery, queryByInstance } from "./common-formulas.ts";
import { measuredPool, readingsOf } from "./readings.ts";
import { ScrapedHosts } from "./scraped-hosts.ts";

type Steal = "busy" | "idle";
type NameOf = (one: HostCase) => string;
type Formulas = Awaited<ReturnType<typeof askFormulas>>;

const steals: readonly Steal[] = ["busy", "idle"];

/**
 * Has the function measure these hosts, and asks the same Prometheus by the common formulas. The
 * hosts whose stolen time is idle are a pool of their own.
 */
export async function measureOnPrometheus(
  cases: readonly HostCase[],
): Promise<Readonly<Record<Steal, Measurements>>> {
  const named = new Map(cases.map((one, index) => [one, `inst-${index}-truth`]));
  const nameOf: NameOf = (one) => named.get(one) ?? "";
  const hosts = await ScrapedHosts.start(cases, (one) => instanceOf(nameOf(one)));
  try {
    const pools = await askFunction(cases, nameOf, hosts.prometheus);
    const formulas = await askFormulas(hosts.prometheus);
    const measure = (steal: Steal) =>
      measurements(ofPool(cases, steal), nameOf, pools[steal], formulas);
    return { busy: measure("busy"), idle: measure("idle") };
  } finally {
    await hosts.close();
  }
}

function measurements(
  cases: readonly HostCase[],
  nameOf: NameOf,
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
  const { warnings } = pool;
  const averages = { cpu: pool.cpu.average, memory: pool.memory.average };
  return { members: new Map(measured), warnings, pool: averages };
}

/** The label that Prometheus gives the targets of a host. */
function instanceOf(displayName: string): string {
  return `${displayName}:9100`;
}

/** The cases that the pool for this setting consists of. */
export function ofPool(cases: readonly HostCase[], steal: Steal): readonly HostCase[] {
  return cases.filter((one) => (one.steal ?? "busy") === steal);
}

async function askFunction(
  cases: readonly HostCase[],
  nameOf: NameOf,
  { url }: PrometheusServer,
): Promise<Readonly<Record<Steal, PoolResult>>> {
  const pools = steals.map(
    (steal): EmulatedPool => ({
      id: `${poolId}${steal}`,
      displayName: steal,
      compartmentId,
      instances: ofPool(cases, steal).map((one) => ({
        id: instanceId(nameOf(one)),
        displayName: nameOf(one),
        state: "Running",
      })),
    }),
  );
  const emulator = await OciEmulator.start({ tenancy: { pools } });
  try {
    const agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: url });
    try {
      const measure = async (steal: Steal) => {
        const request = { instancePoolId: `${poolId}${steal}`, prometheus: { steal } };
        const options = { source: "prometheus", includeInstances: true };
        return measuredPool(await ask(agent, { ...request, ...options }));
      };
      return { busy: await measure("busy"), idle: await measure("idle") };
    } finally {
      await agent.close();
    }
  } finally {
    await emulator.close();
  }
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
