import type { Spread } from "./spread.ts";

/** A number to hold, what was measured, and whether it holds. */
export interface Bar {
  /** What is measured. */
  readonly name: string;
  /** The bar, as the docs write it. */
  readonly bar: string;
  /** What was measured, with its spread. */
  readonly figure: string;
  readonly holds: boolean;
}

/** A ratio that must not exceed `most`; its median is what counts. */
export function atMost(name: string, spread: Spread, most: number, bar = `≤ ${most} ×`): Bar {
  return { name, bar, figure: times(spread), holds: spread.median <= most };
}

/** A ratio that must reach `least`; its median is what counts. */
export function atLeast(name: string, spread: Spread, least: number): Bar {
  return { name, bar: `≥ ${least} ×`, figure: times(spread), holds: spread.median >= least };
}

export function formatBars(bars: readonly Bar[]): string {
  const rows = bars.map(({ name, bar, figure, holds }) => [
    holds ? "pass" : "FAIL",
    name,
    bar,
    figure,
  ]);
  const all = [["", "what", "bar", "measured"], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return lines.join("\n");
}

/** "1.31 × (1.28–1.36)": the median and the quartiles. */
export function times(spread: Spread): string {
  return `${withSpread(spread)} ×`.replace(/^(\S+)(.*) ×$/, "$1 ×$2");
}

/** "41 (39–44)": the median and the quartiles. */
export function withSpread({ median, low, high }: Spread): string {
  const [middle, ...quartiles] = [median, low, high].map(rounded);
  return quartiles.every((quartile) => quartile === middle)
    ? `${middle}`
    : `${middle} (${quartiles.join("–")})`;
}

/** Three digits that mean something, and thousands apart. */
export function rounded(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(digits, 4))));
}
