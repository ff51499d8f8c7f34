import type { Reading } from "../../src/result/reading.ts";
import type { Answers, Truth } from "./case.ts";
import { answersOf, type Row, tolerance } from "./judge.ts";

/** What is beside each other in a row: the first is the one that the others are compared with. */
type Rows = readonly [Row, ...(readonly Row[])];
type Column = readonly [header: string, cell: (rows: Rows) => string];

/** The rows of each server, which have the same order. */
export interface Side {
  /** As "Prometheus 3.5". */
  readonly title: string;
  readonly rows: readonly Row[];
}

/**
 * The rows under a title, as plain text. A reason that is the true one is "right"; what others have
 * that is off by more than the tolerance says by how much.
 */
export function formatTable(title: string, sides: readonly Side[]): string {
  const [first, ...others] = sides;
  const rows = (first?.rows ?? []).map(
    (row, index): Rows => [row, ...others.flatMap((side) => side.rows[index] ?? [])],
  );
  const columns: readonly Column[] = [
    ["case", ([{ name }]) => name],
    ["metric", ([{ metric }]) => metric],
    ["truth", ([{ truth }]) => answersOf(truth).map(reading).join(" or ")],
    ...sides.map((side, index): Column => [side.title, (all) => ours(all[index])]),
    ["common formula", ([{ rivals, truth }]) => answer(rivals.common, truth)],
    ["original's way", ([{ rivals, truth }]) => answer(rivals.original, truth)],
  ];
  const filled = columns
    .map(([header, cell]) => [header, ...rows.map(cell)])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ""));
  const widths = filled.map((column) => Math.max(...column.map(({ length }) => length)));
  const line = (row: number) =>
    filled
      .map((column, index) => (column[row] ?? "").padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [title, "", line(0), rule, ...rows.map((_, index) => line(index + 1))].join("\n");
}

function reading(value: Reading): string {
  return typeof value === "number" ? percent(value) : value;
}

function ours(row: Row | undefined): string {
  if (row === undefined) return "";
  const value = row.ours === undefined ? "nothing" : reading(row.ours);
  if (row.verdict !== "right") return `${value} WRONG`;
  return typeof row.ours === "number" ? value : "right";
}

function answer(answers: Answers | undefined, truth: Truth["cpu"]): string {
  if (answers === undefined) return "";
  const [first] = answers;
  if (first === undefined) return "nothing";
  const rows = answers.length > 1 ? ` ×${answers.length}` : "";
  return `${percent(first)}${offBy(first, truth)}${rows}`;
}

function offBy(value: number, truth: Truth["cpu"]): string {
  if (!Number.isFinite(value)) return "";
  const [known] = answersOf(truth).filter((one) => typeof one === "number");
  if (known === undefined) return " (made up)";
  const error = value - known;
  if (Math.abs(error) <= tolerance) return "";
  return ` (${error > 0 ? "+" : ""}${percent(error)})`;
}

function percent(value: number): string {
  return Number.isFinite(value) ? value.toFixed(Math.abs(value) < 1_000 ? 1 : 0) : String(value);
}
