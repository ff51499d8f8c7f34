import type { PoolSpec } from "../config/pool-spec.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import {
  type CpuRamMetrics,
  getCpuRamMetrics,
  type QueryApi,
} from "../prometheus-metrics/get-cpu-ram-metrics.ts";
import { ambiguousInstances, identifier, poolSelectors } from "../prometheus-metrics/members.ts";
import type { Target } from "../prometheus-metrics/target.ts";
import type { InstanceReadings } from "../result/reading.ts";
import { type InstanceMetrics, MetricsCollector, type PoolDirectory } from "./metrics-collector.ts";

/** Reads what node_exporter reported to a Prometheus server: two queries for up to 250 members. */
export class PrometheusMetricsCollector extends MetricsCollector {
  readonly #serverOf: (spec: PoolSpec) => QueryApi;
  readonly #now: () => Date;

  constructor(directory: PoolDirectory, serverOf: (spec: PoolSpec) => QueryApi, now: () => Date) {
    super(directory);
    this.#serverOf = serverOf;
    this.#now = now;
  }

  protected override async fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
  ): Promise<InstanceMetrics> {
    const server = this.#serverOf(spec);
    const { windowMinutes, statistic, prometheus } = spec;
    const settings = { windowMinutes, statistic, steal: prometheus.steal };
    const answers = await Promise.all(
      poolSelectors(instances, spec).map((selector) =>
        getCpuRamMetrics(server, selector, settings),
      ),
    );
    const matched = matchTargets(answers, instances, spec);
    const end = answers.find(({ evaluatedAt }) => evaluatedAt)?.evaluatedAt ?? this.#now();
    return {
      window: { start: new Date(end.getTime() - windowMinutes * 60_000), end },
      readings: matched.readings,
      warnings: [...new Set(answers.flatMap(({ warnings }) => warnings)), ...matched.warnings],
      failures: answers.flatMap(({ failures }) => failures),
    };
  }
}

/** Gives each member the reading of the target that is it. */
function matchTargets(
  answers: readonly CpuRamMetrics[],
  instances: readonly Instance[],
  spec: PoolSpec,
) {
  const identify = identifier(instances, spec);
  const targets = new Map<string, Target[]>();
  let strangers = 0;
  for (const target of answers.flatMap((answer) => answer.targets)) {
    const instance = identify(target.labels);
    if (instance === undefined) strangers++;
    else targets.set(instance.id, [...(targets.get(instance.id) ?? []), target]);
  }
  const readings = new Map<string, InstanceReadings>();
  for (const [id, candidates] of targets) readings.set(id, bestOf(candidates));
  const failed = answers.some(({ failures }) => failures.length === 2);
  for (const { id } of instances) if (failed && !readings.has(id)) readings.set(id, queryFailed);
  const ambiguous = spec.prometheus.match.by === "displayName" ? ambiguousInstances(instances) : [];
  for (const { id } of ambiguous) readings.set(id, unresolved);
  return { readings, warnings: matchWarnings(strangers, targets, ambiguous) };
}

const queryFailed: InstanceReadings = { cpu: "query_failed", memory: "query_failed" };
const unresolved: InstanceReadings = { cpu: "unresolved_host", memory: "unresolved_host" };

/** One host scraped twice is one reading: the most complete, then the first by its labels. */
function bestOf(candidates: readonly Target[]): InstanceReadings {
  const readings = ({ cpu, memory }: Target) => [cpu, memory].filter((r) => typeof r === "number");
  const sorted = [...candidates].sort(
    (a, b) =>
      readings(b).length - readings(a).length ||
      JSON.stringify(a.labels).localeCompare(JSON.stringify(b.labels)),
  );
  return sorted[0] ?? queryFailed;
}

function matchWarnings(
  strangers: number,
  targets: ReadonlyMap<string, readonly Target[]>,
  ambiguous: readonly Instance[],
): readonly string[] {
  const twice = [...targets.values()].filter((candidates) => candidates.length > 1).length;
  return [
    ...(strangers > 0 ? [`${strangers} selected target(s) belong to no running member`] : []),
    ...(twice > 0 ? [`${twice} member(s) are scraped by more than one target; one was used`] : []),
    ...(ambiguous.length > 0
      ? [`${ambiguous.length} members share a display name; match by instanceId instead`]
      : []),
  ];
}
