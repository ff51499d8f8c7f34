import { rounded, times, withSpread } from "../bar.ts";
import type { Bundle } from "../builds.ts";
import type { ColdStart } from "../cold-start.ts";
import type { Counts, Timings } from "../measurements.ts";
import { ratioSpread, spreadOf } from "../spread.ts";
import { count, sourceName, table } from "./markdown.ts";

/** What the function's own process costs: the work of a call, its start, and its memory. */
export function ownWork({ bundle, loaded }: Counts, timings: Timings): string {
  return `## The work of a warm call

CPU time of the function's process for a pool of 100 members, with all of its threads, and of
\`JSON.parse\` on the bodies of the answers that it gets. Both are done by turns, once each, and on OCI a
quarter of a second apart, as Monitoring allows no more: a function is called once a minute, and
neither it nor \`JSON.parse\` then finds much in the caches of the processor. The bar is about a
process that has had 30 calls, in which V8 still compiles; after 300, that is mostly over. In a row is
what \`JSON.parse\` takes when it is done 300 times on end, with everything at hand.

${warmCalls(timings)}

${floor(timings)}

## Cold start

From the start of the process to the end of its first response, by turns on one machine: a
hello-world function, bundled like ours; ours, which measures a pool of one; and ours without a
build, on the packages as npm installs them and the whole of \`oci-sdk\`.

${coldStart(timings)}

**What limits it:** Node's own modules for TLS and signing, reading the bundle and what V8 compiled of it,
and then that whatever a request takes runs for the first time. Little of that code is ours:

${parts(bundle)}

By its first response the function has loaded ${count(loaded.ours.files)} file and ${count(loaded.ours.builtins)} of Node's own modules; hello-world has loaded ${count(loaded.helloWorld.builtins)} of those.

## Memory

Resident memory of the function's process, in MB. The smallest function has 128; Node makes its heap by
the memory of its container, and collects garbage the later the more there is.

${memory(timings)}

**What limits it:** Node itself and the bundle's code; then the answers, which are there as bytes, as
text and as objects at the same time.`;
}

function warmCalls({ warmCalls: rows }: Timings): string {
  const headers = [
    "source",
    "responses, KB:",
    "ours, ms:",
    "JSON.parse, ms:",
    "ratio:",
    "ours after 300 calls, ms:",
    "JSON.parse in a row, ms:",
  ];
  return table(
    headers,
    rows.map(({ source, parsedBytes, ours, parsing, oursLater, parsingInARow }) => [
      sourceName(source),
      rounded(parsedBytes / 1000),
      withSpread(spreadOf(ours)),
      withSpread(spreadOf(parsing)),
      times(ratioSpread(ours, parsing)),
      withSpread(spreadOf(oursLater)),
      withSpread(spreadOf(parsingInARow)),
    ]),
  );
}

/** Of a call on OCI: one for the members, and one for each metric. */
const requests = 3;

function floor({ floor: { helloWorld, signature }, warmCalls: rows }: Timings): string {
  const parsing = spreadOf(rows.find(({ source }) => source === "oci")?.parsing ?? []).median;
  const least = spreadOf(helloWorld).median + requests * spreadOf(signature).median + parsing;
  return `**What limits it:** being called and calling. A call of the hello-world function takes ${withSpread(spreadOf(helloWorld))} ms of
CPU, and each of the ${requests} requests to OCI has a signature, which takes ${withSpread(spreadOf(signature))} ms: with \`JSON.parse\`, that is
${rounded(least / parsing)} times \`JSON.parse\` before a byte is sent or checked. The rest is HTTP, the SDK, reading, checking
and averaging.`;
}

function coldStart({ coldStart: { ours, helloWorld, unbundled } }: Timings): string {
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
    row("hello-world", helloWorld),
    row("ours", ours),
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
