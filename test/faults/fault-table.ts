import type { CellResult } from "./cell.ts";

/** A page of the matrix: it has the rows of some targets. */
export interface FaultPage {
  readonly file: string;
  readonly title: string;
  /** The other page. */
  readonly more: string;
  readonly has: (target: string) => boolean;
}

const ofPrometheus = (target: string) => ["Prometheus", "Vault"].includes(target);

/** Each row of the matrix is on one of them. */
export const faultPages: readonly FaultPage[] = [
  {
    file: "docs/fault-matrix.md",
    title: "Fault matrix: OCI, and who asks it",
    more: "[Another page](fault-matrix-prometheus.md) has Prometheus, and Vault, which has its token.",
    has: (target) => !ofPrometheus(target),
  },
  {
    file: "docs/fault-matrix-prometheus.md",
    title: "Fault matrix: Prometheus, and Vault, which has its token",
    more: "[Another page](fault-matrix.md) has OCI, and who asks it.",
    has: ofPrometheus,
  },
];

const introduction = ({ title, more }: FaultPage) => `# ${title}

What the function answers when something is wrong with what it depends on. ${more}

Each row is a process of its own that runs the built function as Fn does, mostly with a timeout of
twenty seconds. The fault is put into the connection by a proxy, the pool is asked for, and when the
fault is over it is asked for again. \`npm run faults\` writes this file; the tests play the same cells.

- **answer**: \`ok\` is the right averages, everything else the code of the failure.
- **time**: from the call to the answer, of the time that Fn gives. Where it is over that, Fn was
  told to wait, as the function itself stood still.
- **requests**: how many the fault met; none where it was in the connection.
- **next call**: after the fault. A circuit breaker may first have refused one, for half a minute.
`;

const columns = ["target", "fault", "answer", "time, ms", "requests", "next call"] as const;

/** The results of a page in Markdown. */
export function writeFaultTable(page: FaultPage, results: readonly CellResult[]): string {
  const own = results.filter(({ cell }) => page.has(cell.target));
  const rows = own.map((result) => {
    const { cell, outcome, durationMs, timeoutMs, faults, next, afterBreaker } = result;
    const time = `${durationMs} of ${timeoutMs}`;
    const after = afterBreaker ? `${next}, after CIRCUIT_OPEN` : next;
    return [cell.target, cell.fault, code(outcome), time, faults || "", after];
  });
  const lines = [columns, columns.map(() => "---"), ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  return `${introduction(page)}\n${lines.join("\n")}\n`;
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
