import { rounded, withSpread } from "../bar.ts";
import { earlierCommit } from "../earlier-build.ts";
import type { PoolsCall } from "../measure/many-pools.ts";
import { type RoundTrips, roundTripMs } from "../measure/round-trips.ts";
import type { BothBuilds, Compartments, Timings } from "../measurements.ts";
import { ratioSpread, spreadOf } from "../spread.ts";
import { count, plot, table } from "./markdown.ts";

/** Calls in a row, and many pools in one request, beside the earlier build. */
export function manyPools(
  compartments: Compartments,
  { roundTrips, manyPools: rows }: Timings,
): string {
  return `## Calls one after the other

How long one pool on OCI takes, in round trips of ${roundTripMs} ms to services over TLS: each new connection takes
one, and its handshake another. ${earlierCommit} is an earlier build, which asked for metrics when it knew the
members; both are measured side by side.

${roundTripTable(roundTrips)}

${rowsOf(compartments)}

**What limits it:** the connection, and one question and its answer. Without the pool's compartment in the
request, a new process has to ask for the pool first. Connections that were idle for four seconds are not
used again, as a NAT forgets them while the container is frozen.

## Many pools in one request

Pools of ${rows[0]?.members ?? 0} members on OCI Monitoring, in one compartment and region, at a round trip of 20 ms.

${plot("many-pools", "Metric queries and time by the number of pools")}

${poolsTable(rows)}

**What limits it:** a call for the members of each pool. Where lists of ten pools would take more than one
query, one fuzzy query asks for a whole compartment, up to Monitoring's 2,000 streams and 100,000 points;
above, lists are asked, ten a second, which is what Monitoring allows a whole tenancy. A call that takes
longer than \`timeout\` in func.yaml (60 s) is ended by Fn without an answer.`;
}

function roundTripTable({ ours, earlier }: Timings["roundTrips"]): string {
  const names: readonly (readonly [keyof RoundTrips, string])[] = [
    ["warm", "warm"],
    ["coldWithCompartment", "cold, with a compartment"],
    ["cold", "cold, without one"],
    ["afterIdle", "after six idle seconds"],
  ];
  const headers = ["call", "ours:", `${earlierCommit}:`];
  const cells = names.map(([key, name]) => [
    name,
    ...[ours, earlier].map((build) => withSpread(spreadOf(build[key]))),
  ]);
  return table(headers, cells);
}

function rowsOf({ onePool, onePoolOfKnownCompartment }: Compartments): string {
  return `In calls that wait for each other: ${onePool.warm?.inARow} warm, ${onePoolOfKnownCompartment.cold.inARow} cold with a compartment, ${onePool.cold.inARow} cold without.`;
}

function poolsTable(rows: readonly BothBuilds[]): string {
  const headers = [
    "pools:",
    "",
    "calls:",
    "metric queries:",
    "most in any second:",
    "seconds:",
    `seconds, ${earlierCommit}:`,
    "× faster:",
  ];
  const cells = rows.flatMap(({ pools, turns }) =>
    (["cold", "warm"] as const).flatMap((name) => {
      const calls = turns.map(({ ours }) => ours[name]).filter((call) => call !== undefined);
      const earlier = turns.map((turn) => turn.earlier[name]).filter((call) => call !== undefined);
      const [first] = calls;
      if (first === undefined) return [];
      return [[count(pools), name, ...callCells(first), ...timeCells(calls, earlier)]];
    }),
  );
  return table(headers, cells);
}

function callCells(call: PoolsCall): readonly string[] {
  return [call.calls, call.metricQueries, call.mostQueriesInASecond].map(count);
}

function timeCells(ours: readonly PoolsCall[], earlier: readonly PoolsCall[]): readonly string[] {
  const seconds = (calls: readonly PoolsCall[]) => calls.map(({ ms }) => (ms ?? Number.NaN) / 1000);
  const shown = (values: readonly number[]) =>
    values.length === 0 || values.some(Number.isNaN)
      ? "no answer in 60 s"
      : rounded(spreadOf(values).median);
  const [own, other] = [seconds(ours), seconds(earlier)];
  const comparable = own.length === other.length && !other.some(Number.isNaN);
  return [shown(own), shown(other), comparable ? withSpread(ratioSpread(other, own)) : ""];
}
