import type { InstanceDetail, PoolResult } from "../../../src/result/result-document.ts";
import type { Utilization } from "../../../src/result/statistics.ts";
import { bar, percentText, percentWidth } from "./bar.ts";
import { explainError, missingMetrics, statusText } from "./explanation.ts";
import { cell, type Page, paint, printable, widest, wrapped } from "./page.ts";

/** Bars have this many columns where there is room, or no terminal. */
const usualBar = 20;
const widestBar = 32;
const narrowestBar = 6;
/** What a member's line takes besides its name and its two bars. */
const fixedColumns = "    CPU   memory ".length + 2 * percentWidth;

/** One pool for a person: a line for each metric, and a bar for each member that reported. */
export function poolCard(pool: PoolResult, page: Page): readonly string[] {
  const { status, source, cpu, memory, instances, warnings, error } = pool;
  const counts = instances
    ? `${instances.reporting} of ${instances.running} running members reported, ${instances.total} in all`
    : "";
  const name = paint(page, "bold", printable(pool.name));
  const title = `Pool ${name} (${source ?? "unknown source"}): ${statusText(page, status)}`;
  const head = [
    ...(instances ? wrapped(page, `${title}, `, counts) : [title]),
    ...(cpu.reporting > 0 ? wrapped(page, "  CPU     ", averages(cpu)) : []),
    ...(memory.reporting > 0 ? wrapped(page, "  memory  ", averages(memory)) : []),
  ];
  const tail = [
    ...warnings.flatMap((text) => wrapped(page, `  ${paint(page, "yellow", "warning")}: `, text)),
    ...(error ? explainError(page, "  ", error) : []),
  ];
  const room = page.rows === undefined ? undefined : page.rows - head.length - tail.length;
  return [...head, ...memberLines(pool, page, room), ...tail];
}

function averages({ average, min, max, p95, reporting }: Utilization): string {
  const values = `min ${percentText(min)}, p95 ${percentText(p95)}, max ${percentText(max)}`;
  return `average ${percentText(average)} of ${reporting} (${values})`;
}

/** The members that reported, then those that did not; of too many, the busiest. */
function memberLines({ instances }: PoolResult, page: Page, room: number | undefined) {
  const { details = [], missing = [] } = instances ?? {};
  const there = details.filter(({ cpu, memory }) => cpu !== null || memory !== null);
  const all = there.length + missing.length;
  const cut = room !== undefined && all > room;
  const shown = cut ? [...there].sort(busiestFirst).slice(0, Math.max(0, room - 1)) : there;
  const absent = missing.slice(0, cut ? Math.max(0, room - 1 - shown.length) : undefined);
  const names = [...shown, ...absent].map(({ displayName }) => printable(displayName));
  const { name, bars } = widths(page, widest(names));
  const lines = [
    ...shown.map((member) => `  ${memberLine(member, page, name, bars)}`),
    ...absent.map((member) => {
      const why = `no ${missingMetrics(member)}: ${member.reason}`;
      return `  ${cell(printable(member.displayName), name)}  ${paint(page, "yellow", why)}`;
    }),
  ];
  if (!cut) return lines;
  const more = `  … ${all - lines.length} more members, ${missing.length} missing in all`;
  return [...lines, paint(page, "dim", more)];
}

function busiestFirst(a: InstanceDetail, b: InstanceDetail): number {
  return Math.max(b.cpu ?? 0, b.memory ?? 0) - Math.max(a.cpu ?? 0, a.memory ?? 0);
}

function memberLine(member: InstanceDetail, page: Page, name: number, bars: number): string {
  const { displayName, cpu, memory } = member;
  const label = (text: string) => paint(page, "dim", text);
  const drawn = `${label("CPU")} ${bar(page, cpu, bars)}  ${label("memory")} ${bar(page, memory, bars)}`;
  return `${cell(printable(displayName), name)}  ${drawn}`;
}

/** Long names give way to bars that can still be told apart. */
function widths({ columns }: Page, longestName: number) {
  if (columns === undefined) return { name: longestName, bars: usualBar };
  const room = columns - fixedColumns;
  const wanted = Math.floor((room - longestName) / 2);
  const bars = Math.min(widestBar, Math.max(narrowestBar, wanted));
  return { name: Math.min(longestName, Math.max(8, room - 2 * bars)), bars };
}
