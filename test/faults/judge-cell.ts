import type { Cell, CellResult } from "./cell.ts";
import type { Target } from "./target.ts";

/** What the smallest function has, in MB. */
const memoryLimit = 128;

/** Everything that is not as it should be; nothing, if all is well. */
export function judgeCell(
  cell: Cell,
  result: CellResult,
  targets: readonly Target[],
): readonly string[] {
  const { outcome, faults, next, survived, peakMegabytes = 0, strayed, leaks } = result;
  const complaints: string[] = [];
  const { requests = 0 } = targets.find(({ name }) => name === cell.target) ?? {};
  if (!cell.expected.includes(outcome)) {
    complaints.push(`is ${outcome}, not ${cell.expected.join(" or ")}`);
  }
  if (cell.asked === "never" && faults > 0) complaints.push(`met the fault ${faults} times`);
  if (cell.asked === "once" && faults > requests) {
    complaints.push(`was tried again: ${faults} requests, not ${requests}`);
  }
  if (cell.asked === "again" && faults <= requests) {
    complaints.push(`was not tried again: ${faults} requests`);
  }
  if (next !== "ok") complaints.push(`the next call is ${next}`);
  if (!survived) complaints.push("the process died");
  if (peakMegabytes > memoryLimit) complaints.push(`took ${peakMegabytes} MB`);
  if (strayed > 0) complaints.push(`followed to another origin, ${strayed} times`);
  if (leaks.length > 0) complaints.push(`showed ${leaks.length} secrets: ${leaks.map(hint)}`);
  return complaints;
}

/** Enough to find which it is. */
function hint(secret: string): string {
  return `${secret.slice(0, 20)}…`;
}
