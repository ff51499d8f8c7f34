import { atLeast, atMost, type Bar, rounded, withSpread } from "./bar.ts";
import type { ColdStart } from "./cold-start.ts";
import type { Traffic } from "./measure/traffic.ts";
import type { Counts, Timings } from "./measurements.ts";
import { ratioSpread, type Spread, spreadOf } from "./spread.ts";

/** OCI's page of instances, in members. */
const pageSize = 1_000;
/** The most members that one answer of OCI Monitoring, or two queries to Prometheus, are for. */
const largest = { oci: 2_000, prometheus: 250 };
const maximumBundleBytes = 1_500_000;
/** Two results are rounded to hundredths, and so may be half of one off. */
const roundingError = 0.005 + 1e-9;

/** The bars that don't depend on the clock. */
export function countedBars({ bundle, loaded, traffic, hundredPools }: Counts): readonly Bar[] {
  const ofOci = traffic.filter(({ source, members }) => source === "oci" && members <= largest.oci);
  const ofPrometheus = traffic.filter(
    ({ source, members }) => source === "prometheus" && members <= largest.prometheus,
  );
  const compared = traffic.filter(({ naive }) => naive !== undefined);
  const hundred = compared.filter(({ members }) => members === 100);
  return [
    {
      name: "OCI calls for a pool of up to 2,000",
      bar: "2 metric queries + the membership pages (+ 1 GetInstancePool when cold)",
      figure: ofOci.map(describeCalls).join(", "),
      holds: ofOci.every(callsNoMore),
    },
    {
      name: "metric queries for 100 pools of one compartment",
      bar: "≤ 20",
      figure: `${hundredPools.cold.metricQueries}, ${hundredPools.cold.measured} pools measured`,
      holds: hundredPools.cold.metricQueries <= 20 && hundredPools.cold.measured === 100,
    },
    {
      name: "Prometheus requests for a pool of up to 250",
      bar: "2",
      figure: ofPrometheus.map(({ members, warm }) => `${warm.queries} of ${members}`).join(", "),
      holds: ofPrometheus.every(({ cold, warm }) => cold.queries === 2 && warm.queries === 2),
    },
    {
      name: "bundle",
      bar: "≤ 1.5 MB",
      figure: `${(bundle.bytes / 1e6).toFixed(2)} MB of ${bundle.modules} source files`,
      holds: bundle.bytes <= maximumBundleBytes,
    },
    {
      name: "files loaded by the first response",
      bar: "1",
      figure: `${loaded.ours.files}, and ${loaded.ours.builtins} of Node's own modules (hello-world: ${loaded.helloWorld.builtins})`,
      holds: loaded.ours.files === 1,
    },
    {
      name: "bytes on the wire for a pool of 100, against one query per instance",
      bar: "≤ 1/2",
      figure: hundred
        .map(({ source, warm, naive }) => `${source} ${rounded(warm.bytes / (naive?.bytes ?? 0))}`)
        .join(", "),
      holds: hundred.every(({ warm, naive }) => warm.bytes <= (naive?.bytes ?? 0) / 2),
    },
    {
      name: "averages of a steady pool, against one query per instance",
      bar: "the same",
      figure: `${compared.length} pools, up to ${rounded(Math.max(...compared.map(differenceOf)))} points apart`,
      holds: compared.every((row) => differenceOf(row) <= roundingError),
    },
  ];
}

function differenceOf({ difference = Number.POSITIVE_INFINITY }: Traffic): number {
  return difference;
}

function describeCalls({ members, cold }: Traffic): string {
  return `${cold.queries} + ${cold.pages} (+ ${cold.getPool}) for ${members.toLocaleString("en")}`;
}

function callsNoMore({ members, cold, warm }: Traffic): boolean {
  const pages = Math.ceil(members / pageSize);
  const listed = [cold, warm].every((calls) => calls.queries === 2 && calls.pages === pages);
  return listed && cold.calls <= 2 + pages + 1 && warm.calls === 2 + pages;
}

/** The bars that do. */
export function timedBars(timings: Timings): readonly Bar[] {
  const { coldStart, memory, curves, manyPools, warmCalls } = timings;
  const cold = (key: keyof ColdStart) => ({
    ours: coldStart.ours.map((start) => start[key]),
    helloWorld: coldStart.helloWorld.map((start) => start[key]),
    unbundled: coldStart.unbundled.map((start) => start[key]),
  });
  const wall = cold("wallMs");
  const cpu = cold("cpuMs");
  const thousand = curves.filter(({ members, latencyMs }) => members === 1_000 && latencyMs === 20);
  const busiest = Math.max(
    ...manyPools.flatMap((row) =>
      [row.cold, row.warm].map((call) => call?.mostQueriesInASecond ?? 0),
    ),
  );
  return [
    atMost(
      "cold start against hello-world, wall time",
      ratioSpread(wall.ours, wall.helloWorld),
      1.5,
    ),
    atMost("cold start against hello-world, CPU time", ratioSpread(cpu.ours, cpu.helloWorld), 1.5),
    againstUnbundled("wall", ratioSpread(wall.ours, wall.unbundled)),
    againstUnbundled("CPU", ratioSpread(cpu.ours, cpu.unbundled)),
    ...asDeployed(memory).flatMap(({ source, limitMb, atFirstResponse, afterThousand }) => {
      const where = limitMb === undefined ? source : `${source}, in a container of ${limitMb} MB`;
      return [
        megabytes(`resident memory at the first response, ${where}`, atFirstResponse, 75),
        megabytes(`resident memory after a pool of 1,000, ${where}`, afterThousand, 100),
      ];
    }),
    ...thousand.map(({ source, ours, concurrent }) =>
      atLeast(
        `1,000 members at 20 ms against one query per instance at concurrency 10, ${source}`,
        ratioSpread(concurrent.ms, ours),
        5,
      ),
    ),
    {
      name: "metric queries in any second, whatever the number of pools",
      bar: "≤ 10",
      figure: `${busiest}`,
      holds: busiest <= 10,
    },
    ...warmCalls.map(({ source, ours, parsing }) =>
      atMost(
        `CPU of a warm call for 100 members, against JSON.parse of its responses, ${source}`,
        ratioSpread(ours, parsing),
        3,
      ),
    ),
  ];
}

/** In the smallest container, if that could be had: Node makes its heap as large as it may. */
function asDeployed(memory: Timings["memory"]): Timings["memory"] {
  const limited = memory.filter(({ limitMb }) => limitMb !== undefined);
  return limited.length > 0 ? limited : memory;
}

function againstUnbundled(time: string, spread: Spread): Bar {
  const name = `cold start against the unbundled function on oci-sdk, ${time} time`;
  return {
    ...atMost(name, spread, 1 / 15, "≤ 1/15"),
    figure: `1/${rounded(1 / spread.median)} (1/${rounded(1 / spread.low)}–1/${rounded(1 / spread.high)})`,
  };
}

function megabytes(name: string, values: readonly number[], most: number): Bar {
  const spread = spreadOf(values);
  const figure = `${withSpread(spread)} MB`;
  return { name, bar: `≤ ${most} MB`, figure, holds: spread.median <= most };
}
