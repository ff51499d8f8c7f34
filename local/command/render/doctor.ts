import { statusText } from "./explanation.ts";
import { cell, type Page, paint, printable, widest, wrapped } from "./page.ts";

/** One step of the doctor's walk through a pool. */
interface Finding {
  readonly step: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly message: string;
  readonly hint?: string;
  readonly code?: string;
}

/** What `{"check": "doctor"}` answers. */
export interface DoctorDocument {
  readonly status: "ok" | "failed";
  readonly trigger: string;
  /** ISO instant. */
  readonly collectedAt: string;
  readonly durationMs: number;
  /** Null when it is not known which pool is meant. */
  readonly pool: string | null;
  readonly findings: readonly Finding[];
}

const signs = { ok: "✓", warning: "!", failed: "✗", skipped: "–" } as const;

/** The findings in the order of the walk, each with what to do about it. */
export function doctorReport(document: DoctorDocument, page: Page): readonly string[] {
  const { pool, status, findings } = document;
  const name = paint(page, "bold", printable(pool ?? "unknown"));
  const width = widest(findings.map(({ step }) => printable(step)));
  return [
    `Doctor, pool ${name}: ${statusText(page, status)}`,
    ...findings.flatMap((finding) => findingLines(finding, page, width)),
  ];
}

function findingLines(finding: Finding, page: Page, width: number): readonly string[] {
  const { step, status, message, hint, code } = finding;
  const sign = statusText(page, status, signs[status]);
  const label = `  ${sign} ${cell(printable(step), width)}  `;
  const text = code === undefined ? message : `${code}: ${message}`;
  return [
    ...wrapped(page, label, text),
    ...(hint === undefined ? [] : wrapped(page, `${" ".repeat(width + 6)}→ `, hint)),
  ];
}
