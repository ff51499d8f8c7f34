import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exporterNames } from "../../../src/config/exporters.ts";
import { serverKinds } from "../../support/prometheus.ts";
import { realExporters, serverTitles, tolerance } from "../../support/real-exporters.ts";

const page = readFileSync(new URL("../../../docs/exporters.md", import.meta.url), "utf8");

/** "99.9, 99.8" */
const numbers = (cell = "") => cell.split(", ").map(Number);

describe("docs/exporters.md", () => {
  it.each(exporterNames)("says what %s reads", (name) => {
    expect(page).toContain(`\n| \`${name}\``);
  });

  it("has no row of what isn't measured, as WRITE_DOCS=1 would have none", () => {
    const rows = page
      .match(/(?<=\n\| exporter \|.*\n.*\n)(\|.*\n)+/)?.[0]
      .trim()
      .split("\n");

    expect(rows).toHaveLength(realExporters.length * serverKinds.length);
  });

  it.each(
    realExporters.flatMap(({ title }) =>
      serverKinds.map((kind) => [title, serverTitles[kind]] as const),
    ),
  )("shows %s on %s within the tolerance", (title, server) => {
    const row = page.split("\n").find((line) => line.startsWith(`| ${title} | ${server}, `));
    const [, , cpu, memory] = row?.replaceAll(/^\| | \|$/g, "").split(" | ") ?? [];
    const [trueCpu = Number.NaN, readCpu = Number.NaN] = numbers(cpu);
    const [trueMemory = Number.NaN, readMemory = Number.NaN] = numbers(memory);

    expect(Math.abs(trueCpu - readCpu)).toBeLessThan(tolerance);
    expect(Math.abs(trueMemory - readMemory)).toBeLessThan(tolerance);
  });
});
