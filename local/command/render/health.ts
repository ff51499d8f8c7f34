import type { HealthDocument } from "../../../src/health.ts";
import { explainError, statusText } from "./explanation.ts";
import type { Page } from "./page.ts";

/** Each part of the function that the health check looked at. */
export function healthReport({ status, checks }: HealthDocument, page: Page): readonly string[] {
  const parts = Object.entries(checks).flatMap(([part, check]) => [
    `  ${part}: ${statusText(page, check.status)}`,
    ...(check.error ? explainError(page, "    ", check.error) : []),
  ]);
  return [`Health: ${statusText(page, status)}`, ...parts];
}
