import { styleText } from "node:util";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

type Style = "green" | "yellow" | "red" | "cyan" | "dim" | "bold";

/** What lines are written for. */
export interface Page {
  /** Columns of the terminal; undefined where there is none, and lines may have any length. */
  readonly columns: number | undefined;
  /** Lines that may be used; undefined for as many as it takes. */
  readonly rows: number | undefined;
  readonly colour: boolean;
}

/** A file or a pipe: nothing is cut, and nothing is coloured. */
export const plainPage: Page = { columns: undefined, rows: undefined, colour: false };

export function paint(page: Page, style: Style, text: string): string {
  // Without the option, newer versions of Node would look at stdout, whatever the text is for.
  return page.colour ? styleText(style, text, { validateStream: false }) : text;
}

/**
 * Text of others, safe to write to a terminal: display names and messages come from whoever may
 * name an instance or answer for a server, and could move the cursor or turn the text around.
 */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+|[\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ");
}

/** Cut to `width` columns, with an ellipsis, if it is wider; colours end with what is cut. */
function truncated(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  // Wrapping measures as `stringWidth` does; packages that truncate differ in some scripts.
  const options = { hard: true, trim: false, wordWrap: false };
  const [start = ""] = width > 1 ? wrapAnsi(text, width - 1, options).split("\n") : [];
  return stringWidth(start) < width ? `${start}…` : "…";
}

/** Cut to `width` columns, with an ellipsis, or filled up to it; wide characters count as two. */
export function cell(text: string, width: number): string {
  const fitting = truncated(text, width);
  return fitting + " ".repeat(Math.max(0, width - stringWidth(fitting)));
}

/** Parts with " · " between them, as lines that are broken between parts only. */
export function joined(page: Page, parts: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)} · ${part}`;
    if (lines.length > 0 && stringWidth(longer) > (page.columns ?? Number.POSITIVE_INFINITY)) {
      lines.push(part);
    } else lines[Math.max(0, lines.length - 1)] = longer;
  }
  return lines;
}

/**
 * Names cut to `width` columns, all at their ends or all at their beginnings: where more of them can
 * still be told apart.
 */
export function shortened(names: readonly string[], width: number): readonly string[] {
  const atEnd = names.map((name) => cell(name, width));
  const atStart = names.map((name) => cell(fromEnd(name, width), width));
  return new Set(atStart).size > new Set(atEnd).size ? atStart : atEnd;
}

/** As much of the end of a text as `width` columns have room for, with an ellipsis before it. */
export function fromEnd(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && stringWidth(characters.join("")) >= width) characters.shift();
  return `…${characters.join("")}`;
}

/** The columns that the widest of the texts takes; 0 for none. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, stringWidth(text)), 0);
}

/** The fewest columns that sentences are wrapped at: below, they are cut. */
const narrowest = 20;

/** A space that no line is broken at; it is written as any other. */
export const noBreak = "\u00a0";

/** Sentences after a label, as lines that fit: those after the first begin where the first did. */
export function wrapped(page: Page, label: string, text: string): readonly string[] {
  const indent = stringWidth(label);
  const width = Math.max(narrowest, (page.columns ?? Number.POSITIVE_INFINITY) - indent);
  const lines = wrapAnsi(printable(text), width, { hard: true })
    .replaceAll(noBreak, " ")
    .split("\n");
  return lines.map((line, index) => (index === 0 ? label : " ".repeat(indent)) + line);
}

/** The lines as they fit the page: a line that is too long would take two rows of a terminal. */
export function fitted(page: Page, lines: readonly string[]): readonly string[] {
  const { columns, rows } = page;
  const hidden = rows === undefined || lines.length <= rows ? 0 : lines.length - rows + 1;
  const more = hidden > 0 ? [paint(page, "dim", `… ${hidden} more lines`)] : [];
  const shown = [...lines.slice(0, lines.length - hidden), ...more];
  return columns === undefined ? shown : shown.map((line) => truncated(line, columns));
}
