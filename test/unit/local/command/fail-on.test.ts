import { describe, expect, it } from "vitest";
import { conditionsMet, readConditions } from "../../../../local/command/fail-on.ts";
import type { PoolResult } from "../../../../src/result/result-document.ts";
import { documentOf } from "../../../support/documents.ts";
import { detail, failedPool, poolResult } from "../../../support/pool-results.ts";

const busy = poolResult([detail("a", 91.234, 60), detail("b", 91.234, 60)]);
const partly = poolResult([detail("a", 20, 30), detail("b", null, null)], { name: "part" });

/** What of it holds, for these pools. */
function met(conditions: string, ...pools: readonly PoolResult[]) {
  return conditionsMet(documentOf(...pools), readConditions([conditions]));
}

describe("--fail-on", () => {
  it.each([
    ["cpu>80", ["web: CPU 91.23 > 80"]],
    ["cpu>95", []],
    ["cpu >= 91", ["web: CPU 91.23 >= 91"]],
    ["memory<60", []],
    ["memory<=60", ["web: memory 60 <= 60"]],
    ["partial|memory>50,cpu>90", ["web: memory 60 > 50", "web: CPU 91.23 > 90"]],
  ])("compares averages: %s", (conditions, expected) => {
    expect(met(conditions, busy)).toEqual(expected);
  });

  it("knows the coverage, and pools that are not whole", () => {
    expect(met("coverage<0.8", busy, partly)).toEqual(["part: coverage 0.5 < 0.8"]);
    expect(met("partial", busy, partly, failedPool)).toEqual(["part: partial", "db: failed"]);
  });

  it("holds for what was not measured, as that may be anything", () => {
    expect(met("cpu>80|coverage<0.5", failedPool)).toEqual([
      "db: CPU is not known",
      "db: coverage is not known",
    ]);
  });
});
