import { earlierCommit } from "../earlier-build.ts";
import { type Cell, concurrency, latencies } from "../measure/curves.ts";
import type { PoolsCall } from "../measure/many-pools.ts";
import type { Traffic } from "../measure/traffic.ts";
import type { BothBuilds, Counts, Timings } from "../measurements.ts";
import type { MeasuredSource } from "../naive/way.ts";
import { spreadOf } from "../spread.ts";
import { draw, type Line, type Panel, type Point } from "./draw.ts";
import { sourceName } from "./markdown.ts";

/** The SVG files of the page, by their names. */
export function plotsOf({ traffic }: Counts, { curves, manyPools }: Timings) {
  return new Map([
    ["time-oci", draw(timePanels(curves, "oci"))],
    ["time-prometheus", draw(timePanels(curves, "prometheus"))],
    ["calls", draw(callPanels(traffic))],
    ["many-pools", draw(poolPanels(manyPools))],
  ]);
}

const naiveNames = {
  sequential: "per instance, one by one",
  concurrent: `per instance, ${concurrency} at once`,
} as const;

function timePanels(cells: readonly Cell[], source: MeasuredSource): readonly Panel[] {
  return latencies.map((latencyMs) => {
    const there = cells.filter((cell) => cell.source === source && cell.latencyMs === latencyMs);
    const line = (name: string, msOf: (cell: Cell) => readonly number[]): Line => ({
      name,
      points: there.map((cell) => [cell.members, spreadOf(msOf(cell)).median / 1000]),
    });
    return {
      title: `${latencyMs} ms round trip`,
      x: "members",
      y: "seconds",
      lines: [
        line("ours", ({ ours }) => ours),
        line(naiveNames.concurrent, ({ concurrent }) => concurrent.ms),
        line(naiveNames.sequential, ({ sequential }) => sequential.ms),
      ],
    };
  });
}

function callPanels(traffic: readonly Traffic[]): readonly Panel[] {
  return (["oci", "prometheus"] as const).map((source) => {
    const rows = traffic.filter((row) => row.source === source);
    return {
      title: sourceName(source),
      x: "members",
      y: "calls",
      lines: [
        { name: "ours", points: rows.map(({ members, warm }) => [members, warm.calls]) },
        {
          name: "per instance",
          points: rows.flatMap(({ members, naive }) =>
            naive === undefined ? [] : [[members, naive.calls] as const],
          ),
        },
      ],
    };
  });
}

function poolPanels(rows: readonly BothBuilds[]): readonly Panel[] {
  const points = (
    build: "ours" | "earlier",
    yOf: (call: PoolsCall) => number | undefined,
  ): readonly Point[] =>
    rows.flatMap(({ pools, turns }) => {
      const values = turns.flatMap((turn) => yOf(turn[build].cold) ?? []);
      return values.length === 0 ? [] : [[pools, spreadOf(values).median] as const];
    });
  const seconds = ({ ms }: PoolsCall) => (ms === undefined ? undefined : ms / 1000);
  const lines = (yOf: (call: PoolsCall) => number | undefined) => [
    { name: "ours", points: points("ours", yOf) },
    { name: earlierCommit, points: points("earlier", yOf) },
  ];
  return [
    {
      title: "metric queries",
      x: "pools",
      y: "queries",
      lines: lines(({ metricQueries }) => metricQueries),
    },
    { title: "time at 20 ms round trip, cold", x: "pools", y: "seconds", lines: lines(seconds) },
  ];
}
