import { type Page, paint } from "./page.ts";

/** From here on (percent) a bar is drawn as a warning, and as an alarm. */
const busy = 70;
const full = 90;

/** Columns that the number after a bar takes. */
export const percentWidth = " 100.0 %".length;

/** Percent 0–100 as a bar of `width` columns with its number; without a value, an empty one. */
export function bar(page: Page, value: number | null, width: number): string {
  const percent = value ?? 0;
  const filled = Math.min(width, Math.max(0, Math.round((percent / 100) * width)));
  const style = percent >= full ? "red" : percent >= busy ? "yellow" : "green";
  const drawn = filled === 0 ? "" : paint(page, style, "█".repeat(filled));
  const rest = filled === width ? "" : paint(page, "dim", "░".repeat(width - filled));
  return `${drawn}${rest} ${percentText(value).padStart(percentWidth - 1)}`;
}

/** "41.3 %", or a dash where nothing was measured: that is never 0. */
export function percentText(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(1)} %`;
}
