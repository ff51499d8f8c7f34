import type { Instance } from "../instance-manager/instance-pool.ts";
import type { OpenQuestion } from "./ask-again.ts";
import { cpuMean } from "./cpu.ts";
import { cpuOverTime } from "./cpu-steps.ts";
import { isNewborn, ownTimes, whyGone } from "./freshness.ts";
import type { CpuRamMetrics, QuerySettings } from "./get-cpu-ram-metrics.ts";
import { sharesOverTime } from "./memory.ts";
import { beforeItsLife } from "./notes.ts";
import type { Target } from "./target.ts";
import { type Moment, missing, type Question, type Verdict } from "./verdict.ts";

/** A target that may be the member's, and what it says. */
export interface Candidate {
  readonly target: Target;
  cpu: Verdict;
  memory: Verdict;
}

export const queryFailed = missing("query_failed");

/** What a reading of this member is judged by. */
export function momentOf(
  { timeCreated }: Instance,
  { extrapolates, lastStep }: CpuRamMetrics["clock"],
  settings: QuerySettings,
  now: number,
): Moment {
  const created = Date.parse(timeCreated ?? "") / 1000;
  const since = Number.isNaN(created) ? Number.NEGATIVE_INFINITY : created;
  return { ...settings, now, since, extrapolates, lastStep };
}

/** Makes what can be told of a target; what can't yet is added to the questions. */
export function readTarget(
  target: Target,
  moment: Moment,
  { unanswered }: CpuRamMetrics,
  questions: OpenQuestion[],
): Candidate {
  const candidate: Candidate = { target, cpu: queryFailed, memory: queryFailed };
  const open = (metric: "cpu" | "memory", told: Verdict | Question) => {
    if (told.ask === undefined) candidate[metric] = withOlder(told, target, moment);
    else questions.push({ question: told, target, settle: (found) => open(metric, found) });
  };
  const isShown = target.cpu !== undefined || target.cpuShares !== undefined;
  if (isShown || !unanswered.cpu) open("cpu", cpuOf(target, moment));
  if (target.memory.total !== undefined || !unanswered.memory) {
    open("memory", sharesOverTime(target, target.memory, moment));
  }
  return candidate;
}

/** Says so where a member has too few samples of its own, and there are some from before its life. */
function withOlder(verdict: Verdict, target: Target, { since }: Moment): Verdict {
  const times = ownTimes(target);
  const [first = since] = times;
  const own = times.filter((time) => time >= since);
  const isYoung = verdict.reading === "warming_up" || own.length < 2;
  const isSaid = typeof verdict.reading === "number" || verdict.note !== undefined;
  if (isSaid || first >= since || !isYoung) return verdict;
  return { ...verdict, note: beforeItsLife };
}

function cpuOf(target: Target, moment: Moment): Verdict | Question {
  const { cpu, cpuShares, memory } = target;
  if (cpuShares !== undefined) return sharesOverTime(target, cpuShares, moment);
  if (cpu === undefined) {
    const isNew = memory.times.length < 2 && isNewborn(moment);
    return whyGone(target, moment) ?? missing(isNew ? "warming_up" : "no_data");
  }
  const read = moment.statistic === "mean" ? cpuMean : cpuOverTime;
  return read(target, cpu, moment);
}
