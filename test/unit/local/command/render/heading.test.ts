import { describe, expect, it } from "vitest";
import { heading } from "../../../../../local/command/render/heading.ts";
import { plainPage } from "../../../../../local/command/render/page.ts";
import type { PoolResult } from "../../../../../src/result/result-document.ts";
import { documentOf } from "../../../../support/documents.ts";
import { detail, failedPool, poolResult } from "../../../../support/pool-results.ts";

const measured = poolResult([detail("a", 1, 2)]);
const end = new Date("2026-11-23T20:40:00Z").toTimeString().slice(0, 5);
const headingOf = (...pools: readonly PoolResult[]) =>
  heading(documentOf(...pools), "profile PROD", plainPage);

describe("the heading", () => {
  it("says who asked, where, over which time, and for what", () => {
    expect(headingOf(measured, { ...failedPool, statistic: "max" })).toEqual([
      `profile PROD · us-ashburn-1 · 5 min until ${end} · mean of 60 s`,
    ]);
  });

  it("says where pools differ", () => {
    const other = poolResult([detail("a", 1, 2)], {
      instancePoolId: "ocid1.instancepool.oc1.eu-zurich-1.aaaa",
      window: { start: "2026-11-23T19:40:00.000Z", end: "2026-11-23T20:40:00.000Z" },
      statistic: "max",
    });

    expect(headingOf(measured, other)).toEqual([
      "profile PROD · several regions · several windows · several statistics",
    ]);
  });

  it("says where and as whom nothing was measured", () => {
    expect(headingOf(failedPool)).toEqual(["profile PROD · us-ashburn-1"]);
    expect(headingOf()).toEqual([]);
  });

  it("says whose tenancy a check is about", () => {
    const { trigger, collectedAt, durationMs } = documentOf();
    const checked = { status: "ok" as const, trigger, collectedAt, durationMs };

    expect(
      heading({ ...checked, pool: "web", findings: [] }, "emulated tenancy", plainPage),
    ).toEqual(["emulated tenancy"]);
  });
});
