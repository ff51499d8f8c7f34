import type { Explanation } from "../result/explanation.ts";

/** What samples say beside a reading, or more than that it is missing: to a person, by the member's name. */
export interface Note extends Explanation {
  /** To the pool, where it is to be warned: follows the number of members. */
  readonly warning?: string;
  /** The shortest window that works, in minutes, where this one is too short; 0 where that isn't known. */
  readonly shortest?: number;
}

const step = "readings";
const apart = "CPU times that don't add up to the time that passed";

/** A note about counters that don't agree with the clock. */
const disagreement = (more: string, hint: string): Note => {
  const says = `${apart}${more}`;
  return { step, says, hint, warning: `member(s) have ${says}` };
};

export const counterFell = disagreement(
  ": a counter fell",
  "It passes when the fall has left the window. If it comes again, see which mode falls: resets(node_cpu_seconds_total[1h]) > 0.",
);

export const cpuOffline = disagreement(
  ": a CPU went offline or came back",
  "It passes when that has left the window. If it comes again, see what takes CPUs offline there: hotplug, or a change of shape.",
);

export const cpuApart = disagreement(
  "",
  "See whether the machine is paused at times, and whether each CPU has each mode once: count by (instance, cpu, mode) (node_cpu_seconds_total) > 1.",
);

const impossible = (warning: string): Note => ({
  step,
  says: "values that can't be, such as more memory available than there is",
  hint: "See what the exporter reports, and whether the series of two hosts are mixed up.",
  warning,
});

export const impossibleCpu = impossible("member(s) have CPU times that can't be");
export const impossibleMemory = impossible("member(s) have more memory available than there is");

/** A reading that stands, and may be too low. */
export function sharedIsFree(hint: string): Note {
  const says = "an exporter that counts shared memory as free, so they may use more than that";
  return { step, says, hint, warning: `member(s) have ${says}: ${hint}` };
}

export const onlyUp: Note = {
  step,
  says: "no series of a known exporter, only an `up` that is 0: of their exporter, or of another one such as blackbox_exporter",
  hint: "See whose it is, by the job in its labels. If it is another exporter's, let Prometheus scrape node_exporter there; else see whether that runs, and whether its port is open to the Prometheus server.",
};

export const beforeItsLife: Note = {
  step,
  says: "too few samples since they were created: older ones are of the machine that had the name or address before",
  hint: "Wait for two scrapes. If it stays so, see whether service discovery still has the older machine.",
};

export function modesNotKept(modes: readonly string[]): Note {
  const says = `no series of the CPU mode(s) ${modes.join(", ")}`;
  return {
    step,
    says,
    hint: "Keep all modes of the CPU counter: let no metric_relabel_configs or write_relabel_configs drop them.",
    warning: `member(s) have ${says}, and the others are not all of the time`,
  };
}

export function windowTooShort(minutes: number | undefined): Note {
  return {
    step,
    says: "less than two samples in the window",
    hint:
      minutes === undefined
        ? "Ask for a longer window, of two scrape intervals or more."
        : `Set windowMinutes to ${minutes} or more: two scrape intervals.`,
    shortest: minutes ?? 0,
  };
}

/** A line for each of these causes, with how many members it has. */
export function warningsOf(
  members: readonly { readonly cpu: Note | undefined; readonly memory: Note | undefined }[],
  windowMinutes: number,
): readonly (readonly [count: number, says: string])[] {
  const counts = new Map<string, number>();
  for (const warning of members.flatMap(({ cpu, memory }) => [cpu?.warning, memory?.warning])) {
    if (warning !== undefined) counts.set(warning, (counts.get(warning) ?? 0) + 1);
  }
  const shortest = members.map(({ cpu, memory }) =>
    [cpu, memory].flatMap((one) => one?.shortest ?? []),
  );
  const most = Math.max(0, ...shortest.flat());
  const works = most > windowMinutes ? `; the shortest window that works is ${most} minute(s)` : "";
  return [
    ...[...counts].map(([says, count]) => [count, says] as const),
    [
      shortest.filter(({ length }) => length > 0).length,
      `member(s) have less than two samples in ${windowMinutes} minute(s)${works}`,
    ],
  ];
}
