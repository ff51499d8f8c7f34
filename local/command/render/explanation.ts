import {
  type ErrorInfo,
  type MissingInstance,
  metricNames,
} from "../../../src/result/result-document.ts";
import { type Page, paint, wrapped } from "./page.ts";

const statusStyles = {
  ok: "green",
  partial: "yellow",
  warning: "yellow",
  failed: "red",
  skipped: "dim",
  not_checked: "dim",
} as const;

/** A column is enough for them. */
export const signs = {
  ok: "✓",
  partial: "!",
  warning: "!",
  failed: "✗",
  skipped: "–",
} as const;

/** A status, or a sign for it, in its colour. */
export function statusText(
  page: Page,
  status: keyof typeof statusStyles,
  text: string = status,
): string {
  return paint(page, statusStyles[status], text);
}

/** "CPU and memory", or one of them. */
export function missingMetrics({ metrics }: MissingInstance): string {
  return metrics.map((metric) => metricNames[metric]).join(" and ");
}

/** An error's code and message, and what to do about it. */
export function explainError(page: Page, indent: string, error: ErrorInfo): readonly string[] {
  const { code, message, hint } = error;
  return [
    ...wrapped(page, `${indent}${paint(page, "red", code)}: `, message),
    ...(hint === undefined ? [] : wrapped(page, `${indent}→ `, hint)),
  ];
}
