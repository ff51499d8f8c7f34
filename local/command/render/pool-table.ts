import type { MissingInstance, PoolResult } from "../../../src/result/result-document.ts";
import { bar, percentWidth } from "./bar.ts";
import { explainError, statusText } from "./explanation.ts";
import { cell, type Page, paint, printable, widest, wrapped } from "./page.ts";

const usualBar = 20;
const widestBar = 30;
const narrowestBar = 5;
const statusWidth = "partial".length;
const reportingTitle = "reporting";
/** Two between any two columns. */
const gap = "  ";
/** What a row takes besides its name, its two bars and its last column. */
const fixedColumns = statusWidth + 2 * percentWidth + 4 * gap.length;
/** Members that are named where some are missing for the same reason. */
const namedMembers = 3;

/** Several pools for a person: a row each, and below it what is to be known of some. */
export function poolTable(pools: readonly PoolResult[], page: Page): readonly string[] {
  const widths = columnWidths(pools, page);
  const titles = ["pool", "status", "CPU", "memory", reportingTitle];
  const sizes = [widths.name, statusWidth, widths.metric, widths.metric];
  const header = titles.map((title, index) => cell(title, sizes[index] ?? title.length)).join(gap);
  const notes = pools.flatMap((pool) => notesOn(pool, page));
  return [
    paint(page, "dim", header),
    ...pools.map((pool) => row(pool, page, widths)),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ];
}

type Widths = ReturnType<typeof columnWidths>;

function columnWidths(pools: readonly PoolResult[], { columns }: Page) {
  const longestName = Math.max("pool".length, widest(pools.map(({ name }) => printable(name))));
  const lastColumn = Math.max(reportingTitle.length, widest(pools.map(reportingText)));
  const room = columns === undefined ? undefined : columns - fixedColumns - lastColumn;
  const wanted = room === undefined ? usualBar : Math.floor((room - longestName) / 2);
  const bars = Math.min(widestBar, Math.max(narrowestBar, wanted));
  const name =
    room === undefined ? longestName : Math.min(longestName, Math.max(8, room - 2 * bars));
  return { name, bars, metric: bars + percentWidth };
}

function row(pool: PoolResult, page: Page, { name, bars, metric }: Widths): string {
  const { status, cpu, memory, error } = pool;
  const cells = [cell(printable(pool.name), name), cell(statusText(page, status), statusWidth)];
  if (cpu.reporting + memory.reporting > 0) {
    cells.push(bar(page, cpu.average, bars), bar(page, memory.average, bars));
  } else {
    // An empty bar would look like an idle pool.
    const why = paint(page, "red", error?.code ?? "no data");
    cells.push(cell(why, 2 * metric + gap.length));
  }
  return [...cells, reportingText(pool)].join(gap).trimEnd();
}

function reportingText({ instances }: PoolResult): string {
  return instances ? `${instances.reporting} of ${instances.running}` : "";
}

function notesOn(pool: PoolResult, page: Page): readonly string[] {
  const { warnings, error, instances } = pool;
  const name = paint(page, "bold", printable(pool.name));
  // Of a pool that nobody reported from, the error says all.
  const missing = error?.code === "NO_DATA" ? [] : reasons(instances?.missing ?? []);
  const notes = [
    ...missing.flatMap(([reason, names]) => wrapped(page, `  missing (${reason}): `, names)),
    ...warnings.flatMap((text) => wrapped(page, `  ${paint(page, "yellow", "warning")}: `, text)),
    ...(error ? explainError(page, "  ", error) : []),
  ];
  return notes.length > 0 ? [name, ...notes] : [];
}

/** "a, b, c and 4 more", for each reason. */
function reasons(missing: readonly MissingInstance[]): readonly [reason: string, names: string][] {
  const all = new Set(missing.map(({ reason }) => reason));
  return [...all].map((reason) => {
    const members = missing.filter((member) => member.reason === reason);
    const names = [...new Set(members.map(({ displayName }) => displayName))];
    const more = names.length - namedMembers;
    const shown = names.slice(0, namedMembers).join(", ");
    return [reason, `${shown}${more > 0 ? ` and ${more} more` : ""}`];
  });
}
