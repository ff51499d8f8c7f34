import { atMost, type Bar } from "./bar.ts";
import type { Asked, NamedExporter } from "./measure/named-exporter.ts";
import { ratioSpread } from "./spread.ts";

/** What naming the exporter has to save: queries and bytes are always the same, times are not. */
export function namedExporterBars({ auto, named }: NamedExporter): readonly Bar[] {
  const ratio = (of: keyof Asked) =>
    ratioSpread(
      named.map((one) => one[of]),
      auto.map((one) => one[of]),
    );
  const queries = Math.max(...named.map((one) => one.queries));
  const what = "the mean of 250 by a named exporter";
  return [
    { name: `${what}: queries`, bar: "2", figure: `${queries}`, holds: queries === 2 },
    atMost(`${what} against \`auto\`: bytes of the answers`, ratio("bytes"), 0.7),
    atMost(`${what} against \`auto\`: bytes on the wire`, ratio("wireBytes"), 0.7),
    atMost(`${what} against \`auto\`: the server's time`, ratio("serverMs"), 1),
  ];
}
