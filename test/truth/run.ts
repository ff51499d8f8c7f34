// Prints what is true of known loads beside what we, and others, make of them.
import { buildFunction } from "../../build.mjs";
import { commonQueries, originalMemoryQuery } from "./common-formulas.ts";
import { formatTable } from "./table.ts";
import { ociRows, prometheusRows } from "./truth-table.ts";

await buildFunction();
const [prometheus, oci] = await Promise.all([prometheusRows(), ociRows()]);

console.log(formatTable("Prometheus, percent:", prometheus));
console.log(`
common formula, CPU:     ${commonQueries.cpu}
common formula, memory:  ${commonQueries.memory}
original's way, memory:  ${originalMemoryQuery}
`);
console.log(formatTable("OCI Monitoring, percent:", oci));
console.log(`
original's way:  for each instance, the maximum of each minute, the first point, 0 if there is none
`);

const wrong = [...prometheus, ...oci].filter(({ verdict }) => verdict !== "right");
if (wrong.length > 0) process.exitCode = 1;
console.log(`${wrong.length} of ${prometheus.length + oci.length} of our readings are wrong.`);
