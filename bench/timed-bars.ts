import { atLeast, atMost, type Bar, rounded, withSpread } from "./bar.ts";
import type { ColdStart } from "./cold-start.ts";
import { earlierCommit } from "./earlier-build.ts";
import type { ManyPools } from "./measure/many-pools.ts";
import type { LargeRequest } from "./measure/memory.ts";
import type { RoundTrips } from "./measure/round-trips.ts";
import type { Timings } from "./measurements.ts";
import { namedExporterBars } from "./named-exporter-bars.ts";
import { ratioSpread, type Spread, spreadOf } from "./spread.ts";

/** The bars that depend on the clock: ratios within one run, and sizes of processes. */
export function timedBars(timings: Timings): readonly Bar[] {
  const { coldStart, memory, curves } = timings;
  const cold = (key: keyof ColdStart) => ({
    ours: coldStart.ours.map((start) => start[key]),
    floor: coldStart.floor.map((start) => start[key]),
    unbundled: coldStart.unbundled.map((start) => start[key]),
  });
  const wall = cold("wallMs");
  const cpu = cold("cpuMs");
  const thousand = curves.filter(({ members, latencyMs }) => members === 1_000 && latencyMs === 20);
  return [
    atMost(
      "cold start against the hand-written floor, CPU time",
      ratioSpread(cpu.ours, cpu.floor),
      1.5,
    ),
    againstUnbundled("wall", ratioSpread(wall.ours, wall.unbundled)),
    againstUnbundled("CPU", ratioSpread(cpu.ours, cpu.unbundled)),
    ...roundTripBars(timings.roundTrips.ours),
    ...asDeployed(memory).flatMap(({ source, limitMb, atFirstResponse, afterThousand }) => {
      const where = limitMb === undefined ? source : `${source}, in a container of ${limitMb} MB`;
      return [
        megabytes(`resident memory at the first response, ${where}`, atFirstResponse, 75),
        megabytes(`resident memory after a pool of 1,000, ${where}`, afterThousand, 100),
      ];
    }),
    largeRequestBar(timings.largeRequest),
    ...thousand.map(({ source, ours, concurrent }) =>
      atLeast(
        `1,000 members at 20 ms against one query per instance at concurrency 10, ${source}`,
        ratioSpread(concurrent.ms, ours),
        5,
      ),
    ),
    ...manyPoolsBars(timings.manyPools),
    ...(timings.namedExporter ? namedExporterBars(timings.namedExporter) : []),
  ];
}

function roundTripBars(ours: RoundTrips): readonly Bar[] {
  const rows: readonly (readonly [string, readonly number[], number])[] = [
    ["warm", ours.warm, 1.4],
    ["cold, with a compartment", ours.coldWithCompartment, 3.7],
    ["cold, without one", ours.cold, 4.7],
    ["after six idle seconds", ours.afterIdle, 3.6],
  ];
  return rows.map(([name, values, most]) => {
    const spread = spreadOf(values);
    return {
      name: `round trips for one pool on OCI, ${name}`,
      bar: `≤ ${most}`,
      figure: withSpread(spread),
      holds: spread.median <= most,
    };
  });
}

function largeRequestBar({ limitMb, measured, peakMb }: LargeRequest): Bar {
  return {
    name: `1,000 pools of 100 members in one request, ${limitMb === undefined ? "no limit" : `in a container of ${limitMb} MB`}`,
    bar: "all measured, ≤ 256 MB",
    figure: `${measured} pools measured, ${rounded(peakMb)} MB at the most`,
    holds: measured === 1_000 && peakMb <= 256,
  };
}

function manyPoolsBars(rows: Timings["manyPools"]): readonly Bar[] {
  const thousand = rows.find(({ pools }) => pools === 1_000)?.turns ?? [];
  const msOf = ({ cold }: ManyPools) => cold.ms ?? Number.NaN;
  const calls = thousand.map(({ ours }) => ours.cold.calls);
  const queries = thousand.map(({ ours }) => ours.cold.metricQueries);
  const busiest = Math.max(
    ...rows.flatMap(({ turns }) =>
      turns.flatMap(({ ours: { cold, warm } }) =>
        [cold, warm].map((call) => call?.mostQueriesInASecond ?? 0),
      ),
    ),
  );
  return [
    {
      name: "1,000 pools of 2 of one compartment: calls, and metric queries among them",
      bar: "≤ 1,010, ≤ 10",
      figure: `${Math.max(...calls)}, ${Math.max(...queries)}`,
      holds: Math.max(...calls) <= 1_010 && Math.max(...queries) <= 10,
    },
    atLeast(
      `1,000 pools of 2 at 20 ms against the build of ${earlierCommit}`,
      ratioSpread(
        thousand.map(({ earlier }) => msOf(earlier)),
        thousand.map(({ ours }) => msOf(ours)),
      ),
      6,
    ),
    {
      name: "metric queries in any second, whatever the number of pools",
      bar: "≤ 10",
      figure: `${busiest}`,
      holds: busiest <= 10,
    },
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
