import { rounded, withSpread } from "../bar.ts";
import { type Cell, concurrency, type Naive } from "../measure/curves.ts";
import { hosts, type RealPrometheus } from "../measure/real-prometheus.ts";
import type { Traffic } from "../measure/traffic.ts";
import type { Timings } from "../measurements.ts";
import type { MeasuredSource } from "../naive/way.ts";
import { ratioSpread, spreadOf } from "../spread.ts";
import { count, plot, sourceName, table } from "./markdown.ts";

/** Calls, bytes and time of one pool, and what limits them. */
export function onePool(traffic: readonly Traffic[], { curves, realPrometheus }: Timings): string {
  return `# What does one pool take?

Measured as [performance.md](performance.md) says, and written by the same run.

## Calls and bytes

${plot("calls", "Calls by the number of members, on both sources")}

${calls(traffic)}

Bytes are those on the wire, both ways, with headers; Prometheus' answers are compressed, as the real
one's are, and the emulator's are not.
A cold process asks for the pool once, too (GetInstancePool). What grows with the pool is the pages
of its members, 1,000 on a page, and the bytes: each member's points have to come.
${(["oci", "prometheus"] as const).map((source) => time(source, curves)).join("\n")}
${realPrometheusTimes(realPrometheus)}`;
}

function calls(traffic: readonly Traffic[]): string {
  const headers = ["source", "members:", "calls:", "per instance:", "KB:", "per instance, KB:"];
  const rows = traffic.map(({ source, members, warm, naive }) => [
    sourceName(source),
    count(members),
    count(warm.calls),
    naive === undefined ? "" : count(naive.calls),
    rounded(warm.bytes / 1000),
    naive === undefined ? "" : rounded(naive.bytes / 1000),
  ]);
  return table(headers, rows);
}

function time(source: MeasuredSource, curves: readonly Cell[]): string {
  const cells = curves.filter((cell) => cell.source === source);
  const headers = [
    "round trip:",
    "members:",
    "ours, ms:",
    `${concurrency} at once, ms:`,
    "its round trips alone:",
    "one by one, ms:",
    `× faster than ${concurrency} at once:`,
  ];
  const rows = cells.map(({ latencyMs, members, ours, concurrent, sequential }) => [
    `${latencyMs} ms`,
    count(members),
    withSpread(spreadOf(ours)),
    naive(concurrent, members),
    rounded(roundTripsMs(members, latencyMs)),
    naive(sequential, members),
    withSpread(ratioSpread(concurrent.ms, ours)),
  ]);
  return `
## Time on ${sourceName(source)}

${plot(`time-${source}`, `Time by the number of members on ${sourceName(source)}, at 0, 20 and 100 ms round trip`)}

${table(headers, rows)}

${growth(cells)}

${limits[source]}
`;
}

/** What the naive way would take if nothing had to be done but to wait. */
function roundTripsMs(members: number, latencyMs: number): number {
  const pages = Math.ceil(members / 1_000);
  return latencyMs * (pages + 2 * Math.ceil(members / concurrency));
}

/** What was asked for a part of the members only is in proportion, and says so. */
function naive({ ms, asked }: Naive, members: number): string {
  const text = withSpread(spreadOf(ms));
  return asked < members ? `≈ ${text}, from ${count(asked)} members` : text;
}

function growth(cells: readonly Cell[]): string {
  const grown = (latencyMs: number, msOf: (cell: Cell) => readonly number[]) => {
    const median = (members: number) =>
      spreadOf(
        cells
          .filter((cell) => cell.members === members && cell.latencyMs === latencyMs)
          .flatMap(msOf),
      ).median;
    return rounded(median(1_000) / median(10));
  };
  return `From 10 members to 1,000 at a round trip of 20 ms, our time grows ${grown(20, ({ ours }) => ours)} times, that of ${concurrency} at once ${grown(20, ({ concurrent }) => concurrent.ms)} times, that of one by one ${grown(20, ({ sequential }) => sequential.ms)} times.`;
}

const limits: Readonly<Record<MeasuredSource, string>> = {
  oci: `**What limits ours:** in a small pool, one round trip: members and both metrics are asked for at the
same time. In a large one, the members' pages, which come one after the other, and the work of answering
and reading: a stream for each member and metric. **What limits the naive way:** a round trip for each member and metric, shared by as
many as are asked at once, and where these are short, the work of signing and of answering each
request, as the servers are on the same machine. The emulator answers everybody as fast as it can, but
OCI Monitoring answers ten queries a second to a whole tenancy: there the naive way takes at least a fifth of a
second for each member, 200 s for 1,000, however many it asks at once, and leaves nothing to others.`,
  prometheus: `**What limits ours:** in a small pool, two round trips, the members' and the two queries'. Beyond 250
members, the queries are split: the first two tell the time that the others are evaluated at, which
are then four selectors at a time; and what grows is the work of unpacking and reading the rows.
**What limits the naive way:** a round trip for each member and metric. This server has its answers
ready. A real one works for them, and more so for many rows at once: see below.`,
};

function realPrometheusTimes(measured: RealPrometheus | undefined): string {
  if (measured === undefined) return "No real Prometheus server was measured in this run.";
  const { ours, concurrent, sequential } = measured;
  const headers = [
    "ours, ms:",
    `${concurrency} at once, ms:`,
    "one by one, ms:",
    `× faster than ${concurrency} at once:`,
  ];
  const row = [
    ...[ours, concurrent, sequential].map((ms) => withSpread(spreadOf(ms))),
    withSpread(ratioSpread(concurrent, ours)),
  ];
  return `## Time on a real Prometheus server

${count(hosts)} hosts of 8 CPUs, 20 samples of each series in the window, and no round trip: what evaluating
the queries adds. It is what is left of the difference when the network is no matter.

${table(headers, [row])}`;
}
