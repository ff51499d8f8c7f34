import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { askAgain, type OpenQuestion } from "./ask-again.ts";
import { ownTimes } from "./freshness.ts";
import type { CpuRamMetrics, QuerySettings } from "./get-cpu-ram-metrics.ts";
import type { Inquiry } from "./inquiry.ts";
import type { Matched } from "./match-members.ts";
import type { MemberNames } from "./members.ts";
import { warningsOf } from "./notes.ts";
import { type Candidate, momentOf, queryFailed, readTarget } from "./read-target.ts";
import { hasEnded, haveSameCounters } from "./same-machine.ts";
import { intervalOf, resolutionOf } from "./sample-times.ts";
import { isHost, type Target } from "./target.ts";
import { missing, type Verdict } from "./verdict.ts";

/** What was answered, and by whom. */
interface Answered {
  readonly inquiry: Inquiry;
  readonly metrics: CpuRamMetrics;
  readonly matched: Matched<Target>;
  readonly members: MemberNames;
  readonly spec: PoolSpec;
  readonly settings: QuerySettings;
  /** The server's time, in unix seconds. */
  readonly now: number;
}

type Chosen = Pick<Candidate, "cpu" | "memory">;

const unresolvedHost = missing("unresolved_host");
const nobodyKnown: Chosen = { cpu: unresolvedHost, memory: unresolvedHost };

/** Makes readings of the targets: what the first answers don't tell for sure is asked again. */
export async function readMembers({
  inquiry,
  metrics,
  matched: { found, ambiguous, disputed, unresolved, strangers },
  members,
  spec,
  settings,
  now,
}: Answered) {
  const questions: OpenQuestion[] = [];
  const candidates = new Map<Instance, readonly Candidate[]>();
  for (const [instance, targets] of found) {
    if (disputed.includes(instance)) continue;
    const moment = momentOf(instance, metrics.clock, settings, now);
    const read = (target: Target) => readTarget(target, moment, metrics, questions);
    candidates.set(instance, targets.map(read));
  }
  while (questions.length > 0) {
    await askAgain(questions.splice(0), inquiry, spec, new Date(now * 1000));
  }
  const chosen = new Map<Instance, Chosen>();
  let disagreeing = 0;
  for (const instance of members.keys()) {
    const own = candidates.get(instance);
    const agreed = own === undefined ? undefined : agree(own, settings);
    if (own !== undefined && agreed === undefined) disagreeing += 1;
    const isNobody = own !== undefined || unresolved.has(instance);
    chosen.set(instance, agreed ?? (isNobody ? nobodyKnown : silence(metrics)));
  }
  const all = [...chosen];
  const notes = all.map(([, { cpu, memory }]) => ({ cpu: cpu.note, memory: memory.note }));
  const counted = [
    [strangers, "selected target(s) belong to no running member"],
    [
      [...found.values()].filter((targets) => targets.filter(isHost).length > 1).length,
      "member(s) are scraped by more than one target; one was used",
    ],
    [
      ambiguous.length + disputed.length + disagreeing,
      "member(s) have a name that others have, too; match by instanceId instead",
    ],
    ...warningsOf(notes, spec.windowMinutes),
  ] as const;
  return {
    readings: new Map(
      all.map(([{ id }, { cpu, memory }]) => [id, { cpu: cpu.reading, memory: memory.reading }]),
    ),
    explanations: new Map(all.map(([{ id }], index) => [id, notes[index] ?? {}])),
    resolutionSeconds: resolutionOfAll([...candidates.values()].flat(), settings),
    warnings: counted.flatMap(([count, says]) => (count > 0 ? [`${count} ${says}`] : [])),
  };
}

/** The coarsest of those that have a reading. */
function resolutionOfAll(
  candidates: readonly Candidate[],
  { statistic, stepSeconds }: QuerySettings,
): number | null {
  const read = candidates.filter(({ cpu, memory }) =>
    [cpu, memory].some(({ reading }) => typeof reading === "number"),
  );
  if (read.length === 0) return null;
  const steps = statistic === "mean" ? 0 : stepSeconds;
  const all = read.map(({ target }) => resolutionOf(intervalOf(ownTimes(target))));
  return Math.round(Math.max(steps, ...all));
}

function silence({ unanswered }: CpuRamMetrics): Chosen {
  const of = (failed: boolean) => (failed ? queryFailed : missing("no_data"));
  return { cpu: of(unanswered.cpu), memory: of(unanswered.memory) };
}

/** As many points may two scrapes of a machine be apart, where little is known of their samples. */
const agreement = { mean: 10, other: 25, memory: 10 };

/** So many samples show how much memory varies. */
const fewestSamples = 5;

/** Kernels count in ticks, and scrapes take a while. */
const samePoints = 1.5;

/**
 * One host scraped twice is one reading, of CPU and of memory each: the first by its labels that has
 * one. Undefined when they disagree: two machines may have one address.
 */
function agree(candidates: readonly Candidate[], { statistic }: QuerySettings): Chosen | undefined {
  // What has ended comes last.
  const order = (target: Target) =>
    `${hasEnded(target)} ${JSON.stringify(Object.entries(target.labels).sort())}`;
  const sorted = [...candidates].sort((a, b) => order(a.target).localeCompare(order(b.target)));
  const cpus = sorted.map(({ cpu }) => cpu);
  const all = sorted.map(({ memory }) => memory);
  // What one exporter can't tell, as a note says, another may.
  const exact = all.filter(({ reading, note }) => typeof reading === "number" && !note);
  const memories = exact.length > 0 ? exact : all;
  const apart = (verdicts: readonly Verdict[]) =>
    spread(verdicts.map(({ reading }) => reading).filter((one) => typeof one === "number"));
  const most = statistic === "mean" ? (pointsOfSpans(sorted) ?? agreement.mean) : agreement.other;
  const told = sorted.filter(({ cpu }) => typeof cpu.reading === "number");
  const isOne =
    statistic === "mean" ? undefined : haveSameCounters(told.map(({ target }) => target));
  const isNear = apart(cpus) <= most && apart(memories) <= pointsOfMemory(sorted);
  if (!(isOne ?? isNear)) return undefined;
  return { cpu: best(cpus), memory: best(memories) };
}

/** How far means of one machine may be apart, as they are of spans that differ at their ends. */
function pointsOfSpans(candidates: readonly Candidate[]): number | undefined {
  const told = candidates.filter(({ cpu }) => typeof cpu.reading === "number");
  const spans = told.flatMap(({ cpu }) => cpu.span ?? []);
  const exporters = new Set(told.map(({ target }) => target.exporter));
  if (spans.length < told.length || exporters.size > 1) return undefined;
  const ends = spread(spans.map(({ first }) => first)) + spread(spans.map(({ last }) => last));
  return samePoints + (100 * ends) / Math.min(...spans.map(({ first, last }) => last - first));
}

/** How far memory of one machine may be apart: as it varies from sample to sample. */
function pointsOfMemory(candidates: readonly Candidate[]): number {
  const used = candidates.map(({ target }) => target.memory.used.filter(Number.isFinite));
  const known = used.filter(({ length }) => length > 0);
  if (known.some(({ length }) => length < fewestSamples)) return agreement.memory;
  return samePoints + 100 * Math.max(0, ...known.map(spread));
}

function spread(numbers: readonly number[]): number {
  return numbers.length < 2 ? 0 : Math.max(...numbers) - Math.min(...numbers);
}

/** A number, else a reason that says more than that there is nothing. */
function best(verdicts: readonly Verdict[]): Verdict {
  return (
    verdicts.find(({ reading }) => typeof reading === "number") ??
    verdicts.find(({ reading, note }) => reading !== "no_data" || note !== undefined) ??
    missing("no_data")
  );
}
