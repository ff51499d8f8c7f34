import type { Reading } from "../../src/result/reading.ts";
import type { Answers } from "./case.ts";
import { type Row, tolerance } from "./judge.ts";

const columns: readonly { readonly header: string; readonly cell: (row: Row) => string }[] = [
  { header: "case", cell: ({ name }) => name },
  { header: "metric", cell: ({ metric }) => metric },
  { header: "truth", cell: ({ truth }) => reading(truth) },
  { header: "ours", cell: ({ ours }) => (ours === undefined ? "" : reading(ours)) },
  { header: "common formula", cell: ({ rivals, truth }) => answer(rivals.common, truth) },
  { header: "original's way", cell: ({ rivals, truth }) => answer(rivals.original, truth) },
  { header: "verdict on ours", cell: ({ verdict }) => verdict },
];

/** The rows under a title, as plain text; what is off by more than the tolerance says by how much. */
export function formatTable(title: string, rows: readonly Row[]): string {
  const filled = columns
    .map(({ header, cell }) => [header, ...rows.map(cell)])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ""));
  const widths = filled.map((column) => Math.max(...column.map(({ length }) => length)));
  const line = (row: number) =>
    filled.map((column, index) => (column[row] ?? "").padEnd(widths[index] ?? 0)).join(" | ");
  const rule = widths.map((width) => "-".repeat(width)).join("-|-");
  const lines = rows.map((_, index) => line(index + 1).trimEnd());
  return [title, "", line(0).trimEnd(), rule, ...lines].join("\n");
}

function reading(value: Reading): string {
  return typeof value === "number" ? percent(value) : `missing: ${value}`;
}

function answer(answers: Answers | undefined, truth: Reading): string {
  if (answers === undefined) return "";
  const [first] = answers;
  if (first === undefined) return "nothing";
  const rows = answers.length > 1 ? `, in ${answers.length} rows` : "";
  return `${percent(first)}${offBy(first, truth)}${rows}`;
}

function offBy(value: number, truth: Reading): string {
  if (!Number.isFinite(value)) return "";
  if (typeof truth !== "number") return " (made up)";
  const error = value - truth;
  if (Math.abs(error) <= tolerance) return "";
  return ` (${error > 0 ? "+" : ""}${error.toFixed(1)})`;
}

function percent(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : String(value);
}
