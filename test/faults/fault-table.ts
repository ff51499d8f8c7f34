import type { CellResult } from "./cell.ts";

const introduction = `# Fault matrix

What the function answers when something is wrong with what it depends on. Each row is a process of
its own that runs the built function as Fn does, mostly with a timeout of eight seconds. The fault
is put into the connection by a proxy, the pool is asked for, and when the fault is over it is asked
for again. \`npm run faults\` writes this file; the tests play the same cells.

- **answer**: \`ok\` is the right averages, everything else the code of the failure.
- **time**: from the call to the answer, of the time that Fn gives. Where it is over that, Fn was
  told to wait, as the function itself stood still.
- **requests**: how many the fault met; none where it was in the connection.
- **next call**: after the fault. A circuit breaker may first have refused one, for half a minute.
`;

const columns = ["target", "fault", "answer", "time, ms", "requests", "next call"] as const;

/** The matrix' results in Markdown. */
export function writeFaultTable(results: readonly CellResult[]): string {
  const rows = results.map((result) => {
    const { cell, outcome, durationMs, timeoutMs, faults, next, afterBreaker } = result;
    const time = `${durationMs} of ${timeoutMs}`;
    const after = afterBreaker ? `${next}, after CIRCUIT_OPEN` : next;
    return [cell.target, cell.fault, code(outcome), time, faults || "", after];
  });
  const lines = [columns, columns.map(() => "---"), ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  return `${introduction}\n${lines.join("\n")}\n`;
}

/** A written row, as far as it is the same every time. */
export interface WrittenRow {
  readonly target: string;
  readonly fault: string;
  readonly outcome: string;
  readonly next: string;
}

/** Reads what `writeFaultTable` wrote. */
export function readFaultTable(markdown: string): readonly WrittenRow[] {
  const lines = markdown.split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) => {
    const [target = "", fault = "", outcome = "", , , next = ""] = line.slice(2, -2).split(" | ");
    return { target, fault, outcome: outcome.replaceAll("`", ""), next: next.split(",")[0] ?? "" };
  });
}

function code(outcome: string): string {
  return outcome === "ok" ? outcome : `\`${outcome}\``;
}
