import { rounded, times, withSpread } from "../bar.ts";
import type { Bundle } from "../builds.ts";
import type { ColdStart } from "../cold-start.ts";
import type { Counts, Timings } from "../measurements.ts";
import { ratioSpread, spreadOf } from "../spread.ts";
import { count, sourceName, table } from "./markdown.ts";

/** What the function's own process costs: its start, and its memory. */
export function ownWork({ bundle, loaded }: Counts, timings: Timings): string {
  return `## Cold start

From the start of the process to the end of its first response, by turns on one machine, for a pool of
one: a hand-written floor, [bench/floor.cjs](../bench/floor.cjs), which makes the same four requests with
the FDK and Node alone, and checks nothing; ours; and ours without a build, on the packages as npm
installs them and the whole of \`oci-sdk\`.

${coldStart(timings)}

**What limits it:** Node's own modules for TLS and signing, reading the bundle and what V8 compiled of it,
and then that whatever a request takes runs for the first time. Little of that code is ours:

${parts(bundle)}

By its first response the function has loaded ${count(loaded.ours.files)} file and ${count(loaded.ours.builtins)} of Node's own modules; the floor has loaded ${count(loaded.floor.builtins)} of those.

## Memory

Resident memory of the function's process, in MB. The smallest function has 128; Node makes its heap by
the memory of its container, and collects garbage the later the more there is.

${memory(timings)}

${largeRequest(timings)}

**What limits it:** Node itself and the bundle's code; then the answers, which are there as bytes, as
text and as objects at the same time.`;
}

function coldStart({ coldStart: { ours, withPrometheus, floor, unbundled } }: Timings): string {
  const headers = [
    "",
    "wall time, ms:",
    "CPU time, ms:",
    "memory, MB:",
    "wall, ours against it:",
    "CPU:",
  ];
  const row = (name: string, starts: readonly ColdStart[]) => {
    const spread = (key: keyof ColdStart) =>
      withSpread(spreadOf(starts.map((start) => start[key])));
    const ratio = (key: keyof ColdStart) =>
      times(
        ratioSpread(
          ours.map((start) => start[key]),
          starts.map((start) => start[key]),
        ),
      );
    return [
      name,
      spread("wallMs"),
      spread("cpuMs"),
      spread("residentMb"),
      ratio("wallMs"),
      ratio("cpuMs"),
    ];
  };
  return table(headers, [
    row("the floor", floor),
    row("ours", ours),
    row("ours, with a Prometheus server configured", withPrometheus),
    row("unbundled, on oci-sdk", unbundled),
  ]);
}

function parts({ bytes, parts: rows }: Bundle): string {
  return table(
    ["part", "KB:", "share:"],
    [
      ...rows.map((part) => [
        part.name,
        rounded(part.bytes / 1000),
        `${rounded((100 * part.bytes) / bytes)} %`,
      ]),
      ["**dist/func.cjs**", rounded(bytes / 1000), "100 %"],
    ],
  );
}

function memory({ memory: rows }: Timings): string {
  const headers = [
    "source",
    "container:",
    "at the first response:",
    "after a pool of 1,000:",
    "the most until then:",
  ];
  return table(
    headers,
    rows.map(({ source, limitMb, ...values }) => [
      sourceName(source),
      limitMb === undefined ? "no limit" : `${limitMb} MB`,
      ...[values.atFirstResponse, values.afterThousand, values.peak].map((mb) =>
        withSpread(spreadOf(mb)),
      ),
    ]),
  );
}

function largeRequest({ largeRequest: { limitMb, measured, peakMb } }: Timings): string {
  const where = limitMb === undefined ? "without a limit" : `in a container of ${limitMb} MB`;
  return `One request for 1,000 pools of 100 members, ${where}: ${count(measured)} pools measured, ${rounded(peakMb)} MB at the most.`;
}
