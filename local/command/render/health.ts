import { type HealthDocument, partsOf } from "../../../src/health/health-document.ts";
import { explainError, statusText } from "./explanation.ts";
import { type Page, printable, wrapped } from "./page.ts";

/** Each part of the function that the health check looked at. */
export function healthReport(document: HealthDocument, page: Page): readonly string[] {
  const parts = partsOf(document).flatMap(([part, { status, latencyMs, reason, error }]) => [
    `  ${printable(part)}: ${statusText(page, status)}${latencyMs === undefined ? "" : ` (${latencyMs} ms)`}`,
    ...(part === "principal" ? signerLines(document, page) : []),
    ...(reason === undefined ? [] : wrapped(page, "    ", reason)),
    ...(error ? explainError(page, "    ", error) : []),
  ]);
  return [`Health: ${statusText(page, document.status)}`, ...parts];
}

/** Who signs, as far as it is known. */
function signerLines({ checks }: HealthDocument, page: Page): readonly string[] {
  const { kind, id, profile, tenancyId, region, expiresAt } = checks.principal;
  if (kind === null) return [];
  const who = [kind.replaceAll("_", " "), id].filter((part) => part !== null).join(" ");
  const details = [
    profile,
    tenancyId && `tenancy ${tenancyId}`,
    region && `region ${region}`,
    expiresAt && `until ${expiresAt}`,
  ].filter((detail) => detail !== null && detail !== "");
  return wrapped(page, "    ", [who, ...details].join(", "));
}
