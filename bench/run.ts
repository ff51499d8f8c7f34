// Measures what the function costs, and holds it to the bars; see docs/performance.md.
import { parseArgs } from "node:util";
import { formatBars } from "./bar.ts";
import { buildAll } from "./builds.ts";
import { countedBars } from "./counted-bars.ts";
import { measureNamedExporter } from "./measure/named-exporter.ts";
import { measureCounts, measureTimings } from "./measurements.ts";
import { namedExporterBars } from "./named-exporter-bars.ts";
import { writeNamedExporter } from "./page/named-exporter.ts";
import { writePage } from "./page/page.ts";
import { withSite } from "./site.ts";
import { timedBars } from "./timed-bars.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean" },
    "write-docs": { type: "boolean" },
    /** One part by itself. */
    only: { type: "string" },
  },
});
const { quick = false, "write-docs": writeDocs = false, only } = options;
if (only !== undefined && only !== "named-exporter") throw new Error(`There is no part ${only}.`);
if (quick && writeDocs) throw new Error("The page needs the whole run: leave out --quick.");

const startedAt = performance.now();
const progress = (text: string) => {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.error(`${String(seconds).padStart(4)} s  ${text}`);
};

const bars = await withSite(async (site) => {
  if (only !== undefined) {
    await buildAll();
    const measured = await measureNamedExporter(site);
    if (writeDocs) await writeNamedExporter(measured);
    return namedExporterBars(measured);
  }
  const counts = await measureCounts(site, progress, quick ? 100 : 2_000);
  const counted = countedBars(counts);
  if (quick) return counted;
  const timings = await measureTimings(site, progress);
  const all = [...counted, ...timedBars(timings)];
  if (writeDocs) {
    await writePage(all, counts, timings);
    if (timings.namedExporter) await writeNamedExporter(timings.namedExporter);
  }
  return all;
});
const failed = bars.filter(({ holds }) => !holds).length;
console.log(formatBars(bars));
console.log(`${bars.length - failed} of ${bars.length} bars hold.`);
if (failed > 0) process.exitCode = 1;
