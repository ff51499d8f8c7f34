import { rounded } from "../bar.ts";
import { type Cell, concurrency } from "../measure/curves.ts";
import { spreadOf } from "../spread.ts";
import { count, sourceName, table } from "./markdown.ts";

/** One call a minute, for 30 days. */
const callsPerMonth = 30 * 24 * 60;

const latencyMs = 20;
const sizes = [10, 100, 1_000];
const memoriesMb = [128, 256];

/** What a month of calls of this duration takes of a function of that memory. */
export function gigabyteSeconds(durationMs: number, memoryMb: number): number {
  return (memoryMb / 1024) * (durationMs / 1000) * callsPerMonth;
}

export function price(curves: readonly Cell[], unbundledMb: number): string {
  const cells = curves.filter(
    (cell) => cell.latencyMs === latencyMs && sizes.includes(cell.members),
  );
  const headers = [
    "source",
    "members:",
    "way",
    "duration, ms:",
    ...memoriesMb.map((mb) => `GB-seconds at ${mb} MB:`),
    "metric queries:",
  ];
  const rows = cells.flatMap((cell) => {
    const ways = [
      ["ours", cell.ours] as const,
      [`per instance, ${concurrency} at once`, cell.concurrent.ms] as const,
      ["per instance, one by one", cell.sequential.ms] as const,
    ];
    return ways.map(([name, ms]) => {
      const { median } = spreadOf(ms);
      const perCall = name === "ours" ? oursPerCall(cell) : 2 * cell.members;
      return [
        sourceName(cell.source),
        count(cell.members),
        name,
        rounded(median),
        ...memoriesMb.map((mb) => count(gigabyteSeconds(median, mb))),
        count(perCall * callsPerMonth),
      ];
    });
  });
  return `## What a user pays

A function is billed for its calls and for the gigabyte-seconds that they take. One pool measured every
minute is ${count(callsPerMonth)} calls in a month of 30 days, in whatever way. The durations are those of a warm call at a
round trip of ${latencyMs} ms; a cold one adds its start.

${table(headers, rows)}

Whatever loads the whole of \`oci-sdk\`, as the naive way would, has ${rounded(unbundledMb)} MB resident at its first response:
it fits into neither of these functions, and in a larger one takes more in proportion. A call may take
300 s at most.`;
}

/** A selector of 250 members has two queries on Prometheus. */
function oursPerCall({ source, members }: Cell): number {
  return source === "oci" ? 2 : 2 * Math.ceil(members / 250);
}
