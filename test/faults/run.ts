// Plays the fault matrix and writes its pages in docs; with --only <text>, plays some, and writes nothing.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { buildFunction } from "../../build.mjs";
import type { CellResult } from "./cell.ts";
import { faultPages, writeFaultTable } from "./fault-table.ts";
import { judgeCell } from "./judge-cell.ts";
import { matrix } from "./matrix.ts";
import { runMatrix } from "./run-matrix.ts";
import { allTargets } from "./target.ts";

const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
const root = new URL("../../", import.meta.url);

await buildFunction();
const started = performance.now();
const cells = matrix.filter(({ target, fault }) => `${target}: ${fault}`.includes(only ?? ""));
const results = await runMatrix(cells, report);
const seconds = Math.round((performance.now() - started) / 1_000);

for (const page of only === undefined ? faultPages : []) {
  await writeFile(new URL(page.file, root), writeFaultTable(page, results));
}
const wrong = cells.filter((cell, index) => complaintsOf(cell, results[index]).length > 0);
if (wrong.length > 0) process.exitCode = 1;
console.log(`${wrong.length} of ${cells.length} cells are wrong, after ${seconds} s.`);

function report(result: CellResult): void {
  const cell = cells.find(
    ({ target, fault }) => target === result.cell.target && fault === result.cell.fault,
  );
  if (cell === undefined) return;
  const { outcome, durationMs, faults, peakMegabytes } = result;
  const said = `${outcome} in ${durationMs} ms, ${faults} requests, ${peakMegabytes} MB`;
  const complaints = complaintsOf(cell, result);
  const verdict = complaints.length === 0 ? "right" : `WRONG: ${complaints.join("; ")}`;
  console.log(`${cell.target}: ${cell.fault}: ${said}: ${verdict}`);
}

function complaintsOf(cell: (typeof cells)[number], result: CellResult | undefined) {
  return result === undefined ? ["was not played"] : judgeCell(cell, result, allTargets);
}
