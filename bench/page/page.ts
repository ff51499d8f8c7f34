import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import type { Bar } from "../bar.ts";
import type { Counts, Timings } from "../measurements.ts";
import { spreadOf } from "../spread.ts";
import { manyPools } from "./many-pools.ts";
import { table } from "./markdown.ts";
import { onePool } from "./one-pool.ts";
import { ownWork } from "./own-work.ts";
import { plotsOf } from "./plots.ts";
import { price } from "./price.ts";

/** Writes docs/performance.md, the page of one pool, and their plots. */
export async function writePage(
  bars: readonly Bar[],
  counts: Counts,
  timings: Timings,
): Promise<void> {
  await mkdir("docs/performance", { recursive: true });
  for (const [name, svg] of plotsOf(counts, timings)) {
    await writeFile(`docs/performance/${name}.svg`, `${svg}\n`);
  }
  const unbundled = spreadOf(timings.coldStart.unbundled.map(({ residentMb }) => residentMb));
  const sections = [
    introduction(bars),
    manyPools(counts.compartments, timings),
    ownWork(counts, timings),
    price(timings.curves, unbundled.median),
  ];
  await write("docs/performance.md", sections);
  await write("docs/performance-one-pool.md", [onePool(counts.traffic, timings)]);
}

function write(page: string, sections: readonly string[]): Promise<void> {
  return writeFile(page, `${sections.join("\n\n").replaceAll(/\n{3,}/g, "\n\n")}\n`);
}

function introduction(bars: readonly Bar[]): string {
  const rows = bars.map(({ name, bar, figure, holds }) => [
    name,
    bar,
    figure,
    holds ? "yes" : "**no**",
  ]);
  return `# Performance

Written by \`npm run bench -- --write-docs\`; \`npm run bench\` measures the same and prints the bars, and
\`npm run bench -- --quick\` checks what doesn't depend on the clock, as \`npm test\` does. This run: Node
${process.versions.node} on ${cpus().length} cores${model()}.

The built function runs as Fn runs it, in a process of its own, against the OCI emulator of this
project and a server that answers like Prometheus, each in a process of its own, too, and each
holding back every answer for the round trip. Two things are therefore not in the figures: what the
real services take to answer, and a network's jitter. "Per instance" is the way of the original
framework, in [bench/naive/](../bench/naive/): CPU and then memory of each instance, with the same
SDK, or axios. A figure is the median of its turns, with the quartiles in brackets; a ratio is that of
what was measured in the same turn. One pool has [a page of its own](performance-one-pool.md): calls, bytes and
time by the number of members.

## The bars

${table(["what", "bar", "measured", "holds"], rows)}`;
}

function model(): string {
  const [name = ""] = [cpus()[0]?.model.trim()];
  return name === "" ? "" : ` (${name})`;
}
