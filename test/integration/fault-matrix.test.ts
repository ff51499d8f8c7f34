import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { CellResult } from "../faults/cell.ts";
import { readFaultTable } from "../faults/fault-table.ts";
import { judgeCell } from "../faults/judge-cell.ts";
import { matrix } from "../faults/matrix.ts";
import { runMatrix } from "../faults/run-matrix.ts";
import { targets, vault } from "../faults/target.ts";

const written = readFaultTable(
  readFileSync(new URL("../../docs/fault-matrix.md", import.meta.url), "utf8"),
);

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

      expect(judgeCell(cell, result, [...targets, vault])).toEqual([]);
    },
  );
});

describe("docs/fault-matrix.md", () => {
  it("has every fault of the matrix, in its order", () => {
    const inMatrix = matrix.map(({ target, fault }) => ({ target, fault }));
    expect(written.map(({ target, fault }) => ({ target, fault }))).toEqual(inMatrix);
  });

  it.each(matrix)("says what is expected: $target: $fault", ({ target, fault, expected }) => {
    const row = written.find((one) => one.target === target && one.fault === fault);

    expect(expected).toContain(row?.outcome);
    expect(row?.next).toBe("ok");
  });
});
