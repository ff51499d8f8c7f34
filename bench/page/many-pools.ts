import { rounded } from "../bar.ts";
import { type ManyPools, membersOfEach, type PoolsCall } from "../measure/many-pools.ts";
import { count, plot, table } from "./markdown.ts";

export function manyPools(rows: readonly ManyPools[]): string {
  const headers = [
    "pools:",
    "",
    "measured:",
    "GetInstancePool:",
    "pages of members:",
    "metric queries:",
    "most in any second:",
    "seconds:",
  ];
  const cells = rows.flatMap(({ pools, cold, warm }) =>
    [["cold", cold] as const, ["warm", warm] as const].flatMap(([name, call]) =>
      call === undefined ? [] : [[count(pools), name, ...callCells(call)]],
    ),
  );
  return `## Many pools in one request

Pools of ${membersOfEach} members on OCI Monitoring, in one compartment and region, at a round trip of 20 ms.

${plot("many-pools", "Metric queries and time by the number of pools")}

${table(headers, cells)}

**What limits it:** ten metric queries a second, which OCI Monitoring allows a whole tenancy: a request
that needs more has to wait. The other line is what two queries for each pool would need at that rate.
A call that takes longer than \`timeout\` in func.yaml (60 s) is ended by Fn without an answer.`;
}

function callCells(call: PoolsCall): readonly string[] {
  return [
    count(call.measured),
    count(call.getPool),
    count(call.pages),
    count(call.metricQueries),
    count(call.mostQueriesInASecond),
    call.ms === undefined ? "no answer in 60 s" : rounded(call.ms / 1000),
  ];
}
