import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reference } from "../../../tools/reference.ts";

const root = new URL("../../..", import.meta.url).pathname;

describe("docs/reference.md", () => {
  it("is up to date (else: npm run reference)", () => {
    expect(readFileSync(`${root}/docs/reference.md`, "utf8")).toBe(reference());
  });

  it("says something of every key", () => {
    const rows = reference().match(/^\| `.*/gm) ?? [];

    expect(rows.length).toBeGreaterThan(80);
    expect(rows.filter((row) => /\|\s+\|/.test(row))).toEqual([]);
  });

  it.each([
    ["`windowMinutes` | integer 1–1440"],
    ["`prometheus.match.by` | `displayName`"],
    ["`prometheus.servers.<name>.auth.bearerToken` | text"],
    ["`pools[].cpu.average` | number 0–100, or null"],
    ["`pools[].instances.missing[].reason` | `no_data`"],
    ["`SOURCE_UNAVAILABLE` | yes | 503"],
    ["`cold_start` | boolean | invocations"],
    ["`Request failed` | `ERROR` | none"],
  ])("reaches %s", (row) => {
    expect(reference()).toContain(`| ${row}`);
  });
});
