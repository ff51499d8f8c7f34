import type { DoctorDocument, Finding } from "../../../src/health/doctor-document.ts";
import { signs, statusText } from "./explanation.ts";
import { cell, type Page, paint, printable, widest, wrapped } from "./page.ts";

/** Fewer columns than these have no room for an OCID beside a step's name. */
const roomBeside = 70;

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
  const text = code === undefined ? message : `${code}: ${message}`;
  if (page.columns !== undefined && page.columns < roomBeside) {
    return [
      `  ${sign} ${printable(step)}`,
      ...wrapped(page, "      ", text),
      ...(hint === undefined ? [] : wrapped(page, "      → ", hint)),
    ];
  }
  const label = `  ${sign} ${cell(printable(step), width)}  `;
  return [
    ...wrapped(page, label, text),
    ...(hint === undefined ? [] : wrapped(page, `${" ".repeat(width + 6)}→ `, hint)),
  ];
}
