import type { PoolSpec } from "../config/pool-spec.ts";
import type { Host, Hosts } from "../instance-manager/host-directory.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Invocation } from "../invocation.ts";
import { getCpuRamMetrics, type QueryApi } from "../prometheus-metrics/get-cpu-ram-metrics.ts";
import { matchTargets } from "../prometheus-metrics/match-targets.ts";
import {
  hostsPerAnswer,
  type MemberNames,
  memberNames,
  poolSelectors,
} from "../prometheus-metrics/members.ts";
import { labelValuesQuery, shortestRateMinutes } from "../prometheus-metrics/queries.ts";
import { type InstanceMetrics, MetricsCollector, type PoolDirectory } from "./metrics-collector.ts";

/** What the collector works with; made once per process. */
export interface PrometheusCollectorDependencies {
  readonly directory: PoolDirectory;
  readonly hosts: {
    hostsOf(instances: readonly Instance[], spec: PoolSpec, invocation: Invocation): Promise<Hosts>;
  };
  readonly serverOf: (spec: PoolSpec, invocation: Invocation) => Promise<QueryApi>;
  readonly now: () => Date;
}

const nobody: Hosts = { byInstanceId: new Map<string, Host>(), failure: undefined };

/** Reads what node_exporter reported to a Prometheus server: two queries for up to 250 members. */
export class PrometheusMetricsCollector extends MetricsCollector {
  readonly #dependencies: PrometheusCollectorDependencies;

  constructor(dependencies: PrometheusCollectorDependencies) {
    super(dependencies.directory);
    this.#dependencies = dependencies;
  }

  protected override async fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<InstanceMetrics> {
    const { hosts, serverOf, now } = this.#dependencies;
    const server = await serverOf(spec, invocation);
    const { statistic, prometheus } = spec;
    const windowMinutes = Math.max(shortestRateMinutes, spec.windowMinutes);
    const { by } = prometheus.match;
    const needed = by === "privateIp" || by === "hostname";
    let known = needed ? await hosts.hostsOf(instances, spec, invocation) : nobody;
    let members = memberNames(instances, spec, known.byInstanceId);
    const hostCount = hostsPerAnswer(members, spec);
    const settings = { windowMinutes, hosts: hostCount, statistic, steal: prometheus.steal };
    const metrics = await getCpuRamMetrics(server, poolSelectors(members, spec), settings);
    let matched = matchTargets(metrics, members, spec);
    if (by === "poolId" && matched.leftOver && matched.unmatched.length > 0) {
      // The usual `instance` is an address: it takes a look at the network to know whose it is.
      known = await hosts.hostsOf(matched.unmatched, spec, invocation);
      members = memberNames(instances, spec, known.byInstanceId);
      matched = matchTargets(metrics, members, spec);
    }
    const end = metrics.evaluatedAt ?? now();
    const nothing = metrics.targets.length === 0 && metrics.failures.length === 0;
    return {
      window: { start: new Date(end.getTime() - windowMinutes * 60_000), end },
      readings: matched.readings,
      warnings: [...metrics.warnings, ...matched.warnings],
      partial: metrics.warnings.length > 0,
      hint:
        nothing && known.failure === undefined ? await hintOf(server, spec, members) : undefined,
      failures: [...metrics.failures, ...(known.failure ? [known.failure] : [])],
    };
  }
}

const namesShown = 5;

/** Names the values that the label does have: a person sees at once what doesn't fit. */
async function hintOf(
  server: QueryApi,
  { instancePoolId, prometheus }: PoolSpec,
  members: MemberNames,
): Promise<string | undefined> {
  const { label, by } = prometheus.match;
  const answer = await server.query(labelValuesQuery(label)).catch(() => undefined);
  if (answer === undefined) return undefined;
  const values = answer.series
    .map(({ labels }) => (Object.hasOwn(labels, label) ? labels[label] : undefined))
    .filter((value) => value !== undefined)
    .map((value) => server.redact(value));
  if (values.length > 0) {
    const names = by === "poolId" ? [instancePoolId] : [...members.values()].flat();
    return `No series has the ${by} of a running member${names.length > 0 ? ` (${quoted(names)})` : ""} in the label "${label}"; it holds values such as ${quoted(values)}.`;
  }
  return answer.series.length > 0
    ? `No host's series has the label "${label}" on server "${prometheus.server}".`
    : `Server "${prometheus.server}" has no series of node_exporter or windows_exporter.`;
}

function quoted(texts: readonly string[]): string {
  return texts
    .slice(0, namesShown)
    .map((text) => JSON.stringify(text))
    .join(", ");
}
