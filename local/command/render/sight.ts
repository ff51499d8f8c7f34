import type { Sight } from "../watch.ts";
import { renderDocument } from "./document.ts";
import { fitted, type Page, paint, printable, wrapped } from "./page.ts";

/** A question that is answered sooner need not be mentioned, in milliseconds. */
const patienceMs = 500;

/** What `--watch` has on the screen: when it was measured, and the table. */
export function renderSight(sight: Sight, seconds: number, now: number, page: Page) {
  const { document, failure } = sight;
  const problem =
    failure === undefined ? [] : wrapped(page, paint(page, "red", "No answer: "), failure);
  const above = [paint(page, "dim", statusLine(sight, seconds, now)), "", ...problem];
  const rows = page.rows === undefined ? undefined : Math.max(1, page.rows - above.length);
  const table = document === undefined ? [] : renderDocument(document, { ...page, rows });
  return fitted(page, [...above, ...table]);
}

function statusLine({ document, askedAt, dueAt }: Sight, seconds: number, now: number): string {
  const waiting = askedAt !== undefined && (document === undefined || now - askedAt >= patienceMs);
  const next = waiting
    ? `asking for ${secondsText(now - askedAt)}`
    : `next in ${secondsText(Math.max(0, dueAt - now))}`;
  const measured =
    document === undefined
      ? []
      : [`measured at ${localTime(document.collectedAt)} in ${document.durationMs} ms`];
  return [`every ${seconds} s`, ...measured, next, "r: now, q: quit"].map(printable).join(" · ");
}

function secondsText(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}

/** "20:40:12", where the user is. */
function localTime(instant: string): string {
  return new Date(instant).toTimeString().slice(0, 8);
}
