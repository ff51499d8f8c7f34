import type { PoolResult } from "../../../src/result/result-document.ts";
import type { Utilization } from "../../../src/result/statistics.ts";
import { bar, coloured, percentWidth, sparkline } from "./bar.ts";
import { signs, statusText } from "./explanation.ts";
import { cell, type Page, paint, printable, shortened, widest } from "./page.ts";
import { notesOn } from "./pool-notes.ts";

const usualBar = 20;
const widestBar = 30;
/** A narrower one tells nothing that its number doesn't. */
const narrowestBar = 4;
/** What follows a bar's number: the busiest member's. */
const busiestWidth = " ↑100".length;
/** Measurements that a row remembers of its pool. */
export const recentWidth = 8;
/** Fewer columns than these have no room for words, and for bars. */
const roomForWords = 80;
const roomForBars = 60;
/** From here on, there is room for what was measured before. */
const roomForRecent = 100;

/** What `--watch` has beside the pools themselves. */
export interface WatchColumns {
  readonly cursor: number;
  /** The CPU averages of each pool so far. */
  readonly recent: (pool: PoolResult) => readonly (number | null)[];
}

/** Several pools for a person: a row each, and below it what is to be known of some. */
export function poolTable(pools: readonly PoolResult[], page: Page): readonly string[] {
  const notes = notesOn(pools, page);
  return [...poolRows(pools, page), ...(notes.length > 0 ? ["", ...notes] : [])];
}

/**
 * The header, and a row for each pool. `all` are those that may be scrolled to: columns and names stay as they are
 * meanwhile.
 */
export function poolRows(
  pools: readonly PoolResult[],
  page: Page,
  watched?: WatchColumns,
  all = pools,
): readonly string[] {
  const layout = layoutOf(all, page, watched !== undefined);
  const marker = watched === undefined ? "" : "  ";
  const header = [
    cell("pool", layout.name),
    cell(layout.status > 1 ? "status" : "", layout.status),
    cell("CPU", layout.metric),
    cell("memory", layout.metric),
    ...(layout.recent ? [cell("CPU so far", recentWidth + 2)] : []),
    layout.status > 1 ? "reporting" : "of",
  ].join(layout.gap);
  const shortNames = shortened(
    all.map(({ name }) => printable(name)),
    layout.name,
  );
  const names = new Map(all.map((pool, index) => [pool, shortNames[index] ?? ""]));
  return [
    paint(page, "dim", `${marker}${header}`),
    ...pools.map((pool, index) => {
      const here = watched?.cursor === index;
      const start = watched === undefined ? "" : here ? paint(page, "bold", "› ") : marker;
      return start + row(pool, names.get(pool) ?? "", page, layout, watched?.recent(pool) ?? []);
    }),
  ];
}

interface Layout {
  readonly name: number;
  readonly status: number;
  readonly bars: number;
  readonly metric: number;
  readonly recent: boolean;
  /** Between any two columns. */
  readonly gap: string;
}

/** Where there is too little room for all, words become signs, then bars go, and only then names are cut. */
function layoutOf(
  pools: readonly PoolResult[],
  { columns }: Pick<Page, "columns">,
  watched: boolean,
  words = (columns ?? 0) >= roomForWords,
): Layout {
  const longest = Math.max("pool".length, widest(pools.map(({ name }) => printable(name))));
  const withBars = percentWidth + busiestWidth;
  if (columns === undefined) {
    const status = "partial".length;
    const metric = usualBar + withBars;
    return { name: longest, status, bars: usualBar, metric, recent: false, gap: "  " };
  }
  const gap = columns >= roomForBars ? "  " : " ";
  const status = words ? "partial".length : 1;
  const recent = watched && columns >= roomForRecent;
  const last = Math.max(
    words ? "reporting".length : 2,
    widest(pools.map((pool) => counts(pool, status))),
  );
  const fixed = (watched ? 2 : 0) + status + last + 4 * gap.length;
  const all = columns - fixed - (recent ? recentWidth + 2 + gap.length : 0);
  const room = all - 2 * withBars;
  const wanted = Math.floor((room - longest) / 2);
  if (words && wanted < narrowestBar) return layoutOf(pools, { columns }, watched, false);
  if (columns < roomForBars || wanted < narrowestBar) {
    const metric = 3 + busiestWidth;
    const name = Math.min(longest, Math.max(8, all - 2 * metric));
    return { name, status, bars: 0, metric, recent, gap };
  }
  const bars = Math.min(widestBar, wanted);
  return { name: longest, status, bars, metric: bars + withBars, recent, gap };
}

function row(
  pool: PoolResult,
  name: string,
  page: Page,
  layout: Layout,
  recent: readonly (number | null)[],
): string {
  const { status, cpu, memory, error } = pool;
  const word = statusText(page, status, layout.status > 1 ? status : signs[status]);
  const cells = [name, cell(word, layout.status)];
  if (cpu.reporting + memory.reporting > 0) {
    cells.push(metricCell(cpu, page, layout), metricCell(memory, page, layout));
  } else {
    // An empty bar would look like an idle pool.
    const why = paint(page, "red", error?.code ?? "no data");
    cells.push(cell(why, 2 * layout.metric + layout.gap.length));
  }
  if (layout.recent) cells.push(cell(sparkline(recent, recentWidth), recentWidth + 2));
  return [...cells, counts(pool, layout.status)].join(layout.gap).trimEnd();
}

/** The mean, and the busiest member: an average of 49 % can hide one at 98. */
function metricCell({ average, max }: Utilization, page: Page, { bars }: Layout): string {
  const top = max === null ? "" : coloured(page, max, `↑${Math.round(max)}`);
  const busiest = cell(` ${top}`, busiestWidth);
  if (bars > 0) return bar(page, average, bars) + busiest;
  const text = average === null ? "–" : `${Math.round(average)}`;
  return coloured(page, average ?? 0, text.padStart(3)) + busiest;
}

function counts({ instances }: PoolResult, status: number): string {
  if (instances === null) return "";
  return [instances.reporting, instances.counted].join(status > 1 ? " of " : "/");
}
