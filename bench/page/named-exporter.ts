import { readFile, writeFile } from "node:fs/promises";
import { withSpread } from "../bar.ts";
import {
  type Asked,
  hostsOnServer,
  type NamedExporter,
  poolMembers,
} from "../measure/named-exporter.ts";
import { ratioSpread, spreadOf } from "../spread.ts";
import { count, table } from "./markdown.ts";

const page = "docs/exporters.md";
/** What is between the heading and the next one is written here. */
const section = /(?<=\n## What naming it saves\n)[\s\S]*?(?=\n## )/;

/** Writes the section of docs/exporters.md about it. */
export async function writeNamedExporter(measured: NamedExporter): Promise<void> {
  const text = await readFile(page, "utf8");
  if (!section.test(text)) throw new Error(`${page} has no such section`);
  await writeFile(
    page,
    text.replace(section, () => `\n${namedExporter(measured)}\n`),
  );
}

function namedExporter({ version, auto, named }: NamedExporter): string {
  const row = (title: string, of: keyof Asked, unit = 1) => {
    const [ours, others] = [named, auto].map((all) => all.map((one) => one[of] / unit));
    const [one = [], other = []] = [ours, others];
    const cells = [other, one].map((values) => withSpread(spreadOf(values)));
    return [title, ...cells, withSpread(ratioSpread(one, other))];
  };
  const rows = [
    row("queries", "queries"),
    row("answers, KB", "bytes", 1_000),
    row("answers on the wire, KB", "wireBytes", 1_000),
    row("the server's time, ms", "serverMs"),
  ];
  return `The mean of a pool of ${count(poolMembers)}, one of ${count(hostsOnServer)} hosts of 4 CPUs on Prometheus ${version}, by turns; medians,
with the quartiles in brackets where they differ. The server's time is that of its process on CPUs. Written by
\`npm run bench -- --only named-exporter --write-docs\`.

${table(["", "`auto`:", "`node`:", "ratio:"], rows)}`;
}
