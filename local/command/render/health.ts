import { type HealthDocument, partsOf } from "../../../src/health/health-document.ts";
import { explainError, statusText } from "./explanation.ts";
import { type Page, printable, wrapped } from "./page.ts";

/** Each part of the function that the health check looked at. */
export function healthReport(document: HealthDocument, page: Page): readonly string[] {
  const parts = partsOf(document).flatMap(([part, { status, latencyMs, reason, error }]) => [
    `  ${printable(part)}: ${statusText(page, status)}${latencyMs === undefined ? "" : ` (${latencyMs} ms)`}`,
    ...(reason === undefined ? [] : wrapped(page, "    ", reason)),
    ...(error ? explainError(page, "    ", error) : []),
  ]);
  return [`Health: ${statusText(page, document.status)}`, ...parts];
}
