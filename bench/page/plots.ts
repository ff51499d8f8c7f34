import type { Source } from "../../src/config/pool-spec.ts";
import { type Cell, concurrency, latencies } from "../measure/curves.ts";
import type { ManyPools } from "../measure/many-pools.ts";
import type { Traffic } from "../measure/traffic.ts";
import type { Counts, Timings } from "../measurements.ts";
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

function timePanels(cells: readonly Cell[], source: Source): readonly Panel[] {
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

function poolPanels(rows: readonly ManyPools[]): readonly Panel[] {
  const calls = (pointOf: (row: ManyPools) => number | undefined): readonly Point[] =>
    rows.flatMap((row) => {
      const y = pointOf(row);
      return y === undefined ? [] : [[row.pools, y] as const];
    });
  return [
    {
      title: "metric queries",
      x: "pools",
      y: "queries",
      lines: [
        { name: "ours", points: calls(({ cold }) => cold.metricQueries) },
        { name: "two for each pool", points: rows.map(({ pools }) => [pools, 2 * pools]) },
      ],
    },
    {
      title: "time at 20 ms round trip, warm",
      x: "pools",
      y: "seconds",
      lines: [
        {
          name: "ours",
          points: calls(({ warm }) => (warm?.ms === undefined ? undefined : warm.ms / 1000)),
        },
        {
          name: "two for each pool",
          points: rows.map(({ pools }) => [pools, Math.max(0.04, (2 * pools - 10) / 10)]),
        },
      ],
    },
  ];
}
