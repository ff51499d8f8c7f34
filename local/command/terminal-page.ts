import { type Page, plainPage } from "./render/page.ts";

/** The part of an output stream that tells what can be written on it. */
export type PageStream = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "rows" | "hasColors">;

/** What some terminals say while they don't know their size. */
const usualSize = { columns: 80, rows: 24 };

/** The stream as a page; `hasColors` looks at NO_COLOR and TERM. Only `--watch` minds the rows. */
export function pageOf(stream: PageStream): Page {
  if (!stream.isTTY) return plainPage;
  const columns = stream.columns || usualSize.columns;
  return { columns, rows: undefined, colour: stream.hasColors() };
}

/** The whole window, as a page that must not scroll. */
export function windowOf(stream: PageStream): Page {
  return { ...pageOf(stream), rows: stream.rows || usualSize.rows };
}

/** Whether what was written can be written over. */
export function isWindow({ isTTY }: PageStream, { TERM } = process.env): boolean {
  return isTTY && TERM !== "dumb";
}
