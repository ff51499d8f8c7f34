import { type Page, paint } from "./page.ts";

/** From here on (percent) a bar is drawn as a warning, and as an alarm. */
const busy = 70;
const full = 90;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;
const levels = "▁▂▃▄▅▆▇█";

/** Columns that the number after a bar takes. */
export const percentWidth = " 100.0 %".length;

/** Percent 0–100 as a bar of `width` columns with its number; without a value, an empty one. */
export function bar(page: Page, value: number | null, width: number): string {
  const drawn = width > 0 ? plainBar(page, value, width) : "";
  return `${drawn} ${percentText(value).padStart(percentWidth - 1)}`;
}

function plainBar(page: Page, value: number | null, width: number): string {
  const parts = Math.min(width * 8, Math.max(0, Math.round(((value ?? 0) / 100) * width * 8)));
  const filled = "█".repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? "");
  const rest = "░".repeat(width - filled.length);
  return (filled && paint(page, styleOf(value ?? 0), filled)) + (rest && paint(page, "dim", rest));
}

function styleOf(percent: number) {
  return percent >= full ? "red" : percent >= busy ? "yellow" : "green";
}

/** "41.3 %", or a dash where nothing was measured: that is never 0. */
export function percentText(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(1)} %`;
}

/** A whole number of percent in the colour of a bar. */
export function coloured(page: Page, value: number, text: string): string {
  return value >= busy ? paint(page, styleOf(value), text) : text;
}

/** The last values, percent 0–100, a column each; a gap where one was not measured. */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const level = (value: number | null) =>
    value === null ? " " : levels[Math.min(7, Math.floor((value / 100) * 8))];
  return values.slice(-width).map(level).join("").padStart(width);
}
