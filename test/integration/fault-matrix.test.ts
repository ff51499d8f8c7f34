import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { CellResult } from "../faults/cell.ts";
import { faultPages, readFaultTable } from "../faults/fault-table.ts";
import { judgeCell } from "../faults/judge-cell.ts";
import { matrix } from "../faults/matrix.ts";
import { runMatrix } from "../faults/run-matrix.ts";
import { allTargets } from "../faults/target.ts";

const root = new URL("../../", import.meta.url);
const written = faultPages.map(({ file, has }) => ({
  file,
  rows: readFaultTable(readFileSync(new URL(file, root), "utf8")),
  cells: matrix.filter(({ target }) => has(target)),
}));
const allRows = written.flatMap(({ rows }) => rows);

describe("the function under every fault", () => {
  let results: readonly CellResult[];
  beforeAll(async () => {
    results = await runMatrix(matrix);
  }, 600_000);

  it.each(matrix.map((cell, index) => ({ ...cell, index })))(
    "answers in time, says what is wrong, and is right again after: $target: $fault",
    ({ index, ...cell }) => {
      const result = results[index];
      if (result === undefined) throw new Error("The cell was not played.");

      expect(judgeCell(cell, result, allTargets)).toEqual([]);
    },
  );
});

describe("the pages of the fault matrix", () => {
  it.each(written)("have every fault of the matrix, in its order: $file", ({ rows, cells }) => {
    const inMatrix = cells.map(({ target, fault }) => ({ target, fault }));
    expect(rows.map(({ target, fault }) => ({ target, fault }))).toEqual(inMatrix);
  });

  it("have each of its rows once", () => {
    expect(allRows).toHaveLength(matrix.length);
  });

  it.each(matrix)("says what is expected: $target: $fault", ({ target, fault, expected }) => {
    const row = allRows.find((one) => one.target === target && one.fault === fault);

    expect(expected).toContain(row?.outcome);
    expect(row?.next).toBe("ok");
  });
});
