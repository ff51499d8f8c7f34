import { expect, it } from "vitest";
import { complaintsAbout } from "../faults/judge-soak.ts";
import { soak } from "../faults/run-soak.ts";

const seed = 20_261_123;

it("answers every one of 300 calls under random faults, and keeps nothing of them", {
  timeout: 300_000,
}, async () => {
  const report = await soak({ invocations: 300, seed });

  expect(report.faults).toBeGreaterThan(5);
  expect(complaintsAbout(report)).toEqual([]);
});
