import stringWidth from "string-width";
import type {
  InstanceDetail,
  MissingInstance,
  PoolResult,
} from "../../../src/result/result-document.ts";
import type { Utilization } from "../../../src/result/statistics.ts";
import { bar, percentText, percentWidth } from "./bar.ts";
import { explainError, missingMetrics, statusText } from "./explanation.ts";
import {
  fromEnd,
  noBreak,
  type Page,
  paint,
  printable,
  shortened,
  widest,
  wrapped,
} from "./page.ts";

/** Bars have this many columns where there is room, or no terminal. */
const usualBar = 20;
const widestBar = 32;
const narrowestBar = 6;
/** Fewer columns than these have no room for bars. */
const roomForBars = 60;
const narrowColumns = "    CPU 100 %  mem 100 %".length;
/** What a member's line takes besides its name and its two bars. */
const fixedColumns = "    CPU   memory ".length + 2 * percentWidth;

/** One pool for a person: a line for each metric, and a bar for each member that reported. */
export function poolCard(pool: PoolResult, page: Page, offset = 0): readonly string[] {
  const { status, source, cpu, memory, instances, warnings, error } = pool;
  const counts = instances
    ? `${instances.reporting} of ${instances.running} running members reported, ${instances.total} in all`
    : "";
  const known = `(${source ?? "unknown source"}): `;
  // An OCID is long, and its status is what matters.
  const nameWidth =
    (page.columns ?? Number.POSITIVE_INFINITY) - widest([`Pool  ${known}${status}`]);
  const name = paint(page, "bold", fromEnd(printable(pool.name), nameWidth));
  const title = `Pool ${name} ${known}${statusText(page, status)}`;
  const head = [
    ...(instances ? titled(page, title, counts) : [title]),
    ...(cpu.reporting > 0 ? wrapped(page, "  CPU     ", averages(cpu)) : []),
    ...(memory.reporting > 0 ? wrapped(page, "  memory  ", averages(memory)) : []),
  ];
  const tail = [
    ...warnings.flatMap((text) => wrapped(page, `  ${paint(page, "yellow", "warning")}: `, text)),
    ...(error ? explainError(page, "  ", error) : []),
  ];
  const room = page.rows === undefined ? undefined : page.rows - head.length - tail.length;
  return [...head, ...memberLines(pool, page, room, offset), ...tail];
}

/** Below the title where there is too little room beside it. */
function titled(page: Page, title: string, counts: string): readonly string[] {
  const beside = `${title}, ${counts}`;
  const fits = stringWidth(beside) <= (page.columns ?? Number.POSITIVE_INFINITY);
  return fits ? [beside] : [title, ...wrapped(page, "  ", counts)];
}

function averages({ average, min, max, p95, reporting }: Utilization): string {
  const values = `(min ${percentText(min)}, p95 ${percentText(p95)}, max ${percentText(max)})`;
  // Lines are broken after commas only.
  const together = values.replaceAll(/(?<!,) /g, noBreak);
  return `average ${percentText(average)} of ${reporting} ${together}`;
}

/** The members that reported, then those that did not; of too many, the busiest from `offset` on. */
function memberLines(
  { instances }: PoolResult,
  page: Page,
  room: number | undefined,
  offset: number,
) {
  const { details = [], missing = [] } = instances ?? {};
  const there = details.filter(({ cpu, memory }) => cpu !== null || memory !== null);
  const all = there.length + missing.length;
  const cut = room !== undefined && all > room;
  const rows = cut ? Math.max(0, room - 1) : all;
  const first = Math.max(0, Math.min(offset, all - rows));
  const ordered = cut ? [...there].sort(busiestFirst) : there;
  const shown = ordered.slice(first, first + rows);
  const absent = missing.slice(
    Math.max(0, first - there.length),
    Math.max(0, first + rows - there.length),
  );
  const displayNames = [...ordered, ...missing].map(({ displayName }) => printable(displayName));
  const reasons = absent.map((member) => whyMissing(member, page));
  const longest = widest(displayNames);
  const alone = Math.max(8, (page.columns ?? Number.POSITIVE_INFINITY) - 4 - widest(reasons));
  const { name, bars } =
    shown.length > 0 ? widths(page, longest) : { name: Math.min(longest, alone), bars: 0 };
  const names = shortened(displayNames, name).slice(first, first + rows);
  const lines = [
    ...shown.map((member) => numbersOf(member, page, bars)),
    ...reasons.map((reason) => paint(page, "yellow", reason)),
  ].map((what, index) => `  ${names[index]}  ${what}`);
  if (!cut) return lines;
  const more = `  … ${all - lines.length} more members, ${missing.length} missing in all`;
  return [...lines, paint(page, "dim", more)];
}

/** In a narrow window the reason alone, where it is that of both metrics. */
function whyMissing(member: MissingInstance, { columns = roomForBars }: Page): string {
  const { metrics, reason } = member;
  if (columns < roomForBars && metrics.length > 1) return reason;
  return `no ${missingMetrics(member)}: ${reason}`;
}

function busiestFirst(a: InstanceDetail, b: InstanceDetail): number {
  return Math.max(b.cpu ?? 0, b.memory ?? 0) - Math.max(a.cpu ?? 0, a.memory ?? 0);
}

function numbersOf({ cpu, memory }: InstanceDetail, page: Page, bars: number): string {
  const label = (text: string) => paint(page, "dim", text);
  if (bars === 0) {
    const number = (value: number | null) =>
      (value === null ? "–" : `${Math.round(value)} %`).padStart(5);
    return `${label("CPU")} ${number(cpu)}  ${label("mem")} ${number(memory)}`;
  }
  return `${label("CPU")} ${bar(page, cpu, bars)}  ${label("memory")} ${bar(page, memory, bars)}`;
}

/** Long names give way to bars that can still be told apart. */
function widths({ columns }: Page, longestName: number) {
  if (columns === undefined) return { name: longestName, bars: usualBar };
  if (columns < roomForBars) {
    return { name: Math.max(8, Math.min(longestName, columns - narrowColumns)), bars: 0 };
  }
  const room = columns - fixedColumns;
  const wanted = Math.floor((room - longestName) / 2);
  const bars = Math.min(widestBar, Math.max(narrowestBar, wanted));
  return { name: Math.min(longestName, Math.max(8, room - 2 * bars)), bars };
}
