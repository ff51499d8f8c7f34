// Prints what is true of known loads beside what we, and others, make of them.
//   npm run truth -- "scrape missed"          only cases with these words in their names
//   npm run truth -- --histories              histories only, which takes seconds
//   npm run truth -- --on victoria-metrics    one server only, or oci
import { parseArgs } from "node:util";
import { buildFunction } from "../../build.mjs";
import { serverKinds } from "../support/prometheus.ts";
import { historyCases } from "./cases-history.ts";
import { hostCases } from "./cases-prometheus.ts";
import { commonQueries, originalMemoryQuery } from "./common-formulas.ts";
import type { Row } from "./judge.ts";
import { formatTable, type Side } from "./table.ts";
import { ociRows, prometheusRows, type ServerRows } from "./truth-table.ts";

const { values: options, positionals } = parseArgs({
  options: { histories: { type: "boolean", default: false }, on: { type: "string" } },
  allowPositionals: true,
});
const words = positionals.join(" ");
const asked = (rows: readonly Row[]) => rows.filter(({ name }) => name.includes(words));
const asksOci = options.on === "oci" || (options.on === undefined && !options.histories);
const kinds = serverKinds.filter((kind) => options.on === undefined || options.on === kind);

const titles = {
  prometheus: "Prom.",
  "prometheus-testing": "Prom.",
  "victoria-metrics": "Victoria",
};

/** As "Prom. 3.5". */
function titleOf({ kind, version }: ServerRows): string {
  return `${titles[kind]} ${/^\d+\.\d+/.exec(version)?.[0] ?? version}`;
}

/** A table, unless nobody asks for its rows. */
function print(title: string, all: readonly Side[]): void {
  if (all.some(({ rows }) => rows.length > 0)) console.log(`\n${formatTable(title, all)}`);
}

await buildFunction();
const [servers, oci] = await Promise.all([
  prometheusRows(kinds, options.histories ? [] : hostCases),
  asksOci ? ociRows() : [],
]);
const sides = (which: "scraped" | "histories") =>
  servers.map((server) => ({ title: titleOf(server), rows: asked(server[which]) }));
const ociSides = [{ title: "ours", rows: asked(oci) }];

for (const { kind, version } of servers) console.log(`${kind.padEnd(20)}${version}`);
print("Hosts that are scraped, percent:", sides("scraped"));
print("Hosts with a history, percent:", sides("histories"));
print("OCI Monitoring, percent:", ociSides);
console.log();
for (const { name, exceptOn = {} } of [...hostCases, ...historyCases]) {
  for (const [kind, except] of Object.entries(exceptOn)) {
    console.log(`${kind}: ${except.because} (${name})`);
  }
}
console.log(`right:                   missing, and for the true reason
×2:                      a row for each of two targets, where one is asked for
common formula, CPU:     ${commonQueries.cpu}
common formula, memory:  ${commonQueries.memory}
original's way, memory:  ${originalMemoryQuery}
original's way, OCI:     for each instance, the maximum of each minute, the first point, 0 if there is none
`);

const all = [...sides("scraped"), ...sides("histories"), ...ociSides].flatMap(({ rows }) => rows);
const wrong = all.filter(({ verdict }) => verdict !== "right");
if (wrong.length > 0) process.exitCode = 1;
const number = wrong.length === 0 ? "none" : wrong.length;
console.log(`Of our ${all.length} readings, ${number} ${wrong.length === 1 ? "is" : "are"} wrong.`);
