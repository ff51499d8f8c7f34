import type { DoctorDocument } from "../../../src/health/doctor-document.ts";
import type { HealthDocument } from "../../../src/health/health-document.ts";
import type { ResultDocument } from "../../../src/result/result-document.ts";
import { doctorReport } from "./doctor.ts";
import { explainError, statusText } from "./explanation.ts";
import { healthReport } from "./health.ts";
import { fitted, type Page } from "./page.ts";
import { poolCard } from "./pool-card.ts";
import { poolTable } from "./pool-table.ts";

/** Whatever the function answers. */
export type AnyDocument = ResultDocument | HealthDocument | DoctorDocument;

/** A document for a person, as lines that fit the page. */
export function renderDocument(document: AnyDocument, page: Page): readonly string[] {
  return fitted(page, linesOf(document, page));
}

function linesOf(document: AnyDocument, page: Page): readonly string[] {
  if ("checks" in document) return healthReport(document, page);
  if ("findings" in document) return doctorReport(document, page);
  const { status, pools, error } = document;
  const [first, ...others] = pools;
  if (error !== undefined) {
    return [`${statusText(page, status)}:`, ...explainError(page, "  ", error)];
  }
  return first !== undefined && others.length === 0
    ? poolCard(first, page)
    : poolTable(pools, page);
}
