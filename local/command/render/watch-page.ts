import type { PoolResult } from "../../../src/result/result-document.ts";
import { keysText } from "../keyboard.ts";
import { cursorIn, poolsIn, type View } from "../view.ts";
import type { Sight } from "../watch.ts";
import { type AnyDocument, renderDocument } from "./document.ts";
import { signs, statusText } from "./explanation.ts";
import { heading } from "./heading.ts";
import { fitted, joined, type Page, paint, printable, widest, wrapped } from "./page.ts";
import { poolCard } from "./pool-card.ts";
import { notesOn } from "./pool-notes.ts";
import { poolRows, type WatchColumns } from "./pool-table.ts";

/** A question that is answered sooner need not be mentioned, in milliseconds. */
const patienceMs = 500;
/** Fewer columns than these have room for signs only. */
const roomForWords = 60;
/** The most rows that explanations of the chosen pool take from the table. */
const noteRows = 5;

/** So many rows of the table are more than what is to be said of one of them. */
const fewestPools = 3;

/** What a page of `--watch` is drawn from, beside what was measured. */
export interface Watching {
  readonly seconds: number;
  readonly signer: string;
  readonly view: View;
  readonly recent: WatchColumns["recent"];
}

/** What `--watch` has on the screen: when it was measured, and the pools. */
export function renderWatch(sight: Sight, watching: Watching, now: number, page: Page) {
  const { document, failure } = sight;
  const problem =
    failure === undefined ? [] : wrapped(page, paint(page, "red", "No answer: "), failure);
  const above = [
    paint(page, "dim", statusLine(sight, watching.seconds, now, page)),
    ...(document === undefined ? [] : heading(document, watching.signer, page)),
    "",
    ...problem,
  ];
  if (watching.view.help) return fitted(page, [...above, ...helpLines()]);
  const rows = page.rows === undefined ? undefined : Math.max(1, page.rows - above.length);
  const body = document === undefined ? [] : bodyOf(document, watching, { ...page, rows });
  return fitted(page, [...above, ...body]);
}

/** How many pools a page of this height has room for, about: what a page key moves by. */
export function rowsOf({ rows = 24 }: Page): number {
  return Math.max(1, rows - 6 - noteRows);
}

function bodyOf(document: AnyDocument, watching: Watching, page: Page): readonly string[] {
  const pools = "pools" in document ? document.pools : [];
  const [only, ...others] = pools;
  if (only === undefined) return renderDocument(document, page);
  if (others.length === 0) return poolCard(only, page, watching.view.offset);
  const shown = poolsIn(watching.view, pools);
  const cursor = cursorIn(watching.view, shown);
  const chosen = shown[cursor];
  if (watching.view.opened && chosen !== undefined) {
    return poolCard(chosen, page, watching.view.offset);
  }
  return listOf(pools, shown, cursor, watching, page);
}

function listOf(
  all: readonly PoolResult[],
  shown: readonly PoolResult[],
  cursor: number,
  { view, recent }: Watching,
  page: Page,
): readonly string[] {
  const chosen = shown[cursor];
  const room = page.rows ?? Number.POSITIVE_INFINITY;
  const filter = view.onlyTrouble ? ["not ok only"] : [];
  const countLines = (range: string) =>
    joined(page, [`${range}${countsText(all, page)}`, `by ${view.sort}`, ...filter]);
  if (shown.length === 0) return [...countLines(""), "", "Every pool is ok; f shows them again."];
  const rangeOf = (start: number, end: number) => `${start}–${end} of `;
  const above = countLines(rangeOf(shown.length, shown.length)).length + 1;
  const forNotes = Math.min(
    Math.max(noteRows, room / 3),
    room - above - Math.min(fewestPools, shown.length) - 1,
  );
  const notes = chosen === undefined ? [] : notesIn(chosen, page, forNotes);
  const rows = Math.max(1, room - above - (notes.length > 0 ? notes.length + 1 : 0));
  const first = Math.max(0, Math.min(cursor - Math.floor(rows / 2), shown.length - rows));
  const visible = shown.slice(first, first + rows);
  const isPart = visible.length < shown.length;
  return [
    ...countLines(isPart ? rangeOf(first + 1, first + visible.length) : ""),
    ...poolRows(visible, page, { cursor: cursor - first, recent }, all),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ];
}

/** What is to be known of a pool, in so many rows. */
function notesIn(pool: PoolResult, page: Page, rows: number): readonly string[] {
  const notes = notesOn([pool], page);
  if (notes.length <= rows) return notes;
  if (rows < 1) return [];
  return [...notes.slice(0, Math.floor(rows) - 1), paint(page, "dim", "  … enter shows the rest")];
}

/** "40 pools: 3 failed, 6 partial, 31 ok"; with signs where there is little room. */
function countsText(pools: readonly PoolResult[], page: Page): string {
  const narrow = (page.columns ?? roomForWords) < roomForWords;
  const counts = (["failed", "partial", "ok"] as const).flatMap((status) => {
    const count = pools.filter((pool) => pool.status === status).length;
    return count === 0
      ? []
      : [statusText(page, status, `${count} ${narrow ? signs[status] : status}`)];
  });
  return `${pools.length}${narrow ? "" : " pools"}: ${counts.join(", ")}`;
}

function helpLines(): readonly string[] {
  const width = widest(keysText.map(([keys]) => keys));
  return keysText.map(([keys, what]) => `  ${keys.padEnd(width)}  ${what}`);
}

/** As much as there is room for; the keys come first, as without them there is no way out. */
function statusLine(
  { document, askedAt, dueAt }: Sight,
  seconds: number,
  now: number,
  { columns = 80 }: Page,
): string {
  const waiting = askedAt !== undefined && (document === undefined || now - askedAt >= patienceMs);
  const next = waiting
    ? `asking for ${secondsText(now - askedAt)}`
    : `next in ${secondsText(Math.max(0, dueAt - now))}`;
  const time = document === undefined ? [] : [`measured at ${localTime(document.collectedAt)}`];
  const took = document === undefined ? [] : [`in ${document.durationMs} ms`];
  const fits = (parts: readonly string[]) => parts.join(" · ").length <= columns;
  const choices = [
    [[...time, ...took].join(" "), `every ${seconds} s`, next, "q: quit", "?: keys"],
    [...time, next, "q: quit", "?: keys"],
    [next, "q: quit", "?: keys"],
  ].map((parts) => parts.filter((part) => part !== ""));
  return (choices.find(fits) ?? ["q: quit"]).map(printable).join(" · ");
}

function secondsText(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}

/** "20:40:12", where the user is. */
function localTime(instant: string): string {
  return new Date(instant).toTimeString().slice(0, 8);
}
