import type { OwnExporter } from "../config/exporters.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import type { Hosts } from "../instance-manager/host-directory.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Invocation } from "../invocation.ts";
import type { QueryApi } from "../prometheus/query-api.ts";
import { type AskedAhead, askAhead } from "../prometheus-metrics/ask-pool.ts";
import { explainOnPrometheus } from "../prometheus-metrics/findings.ts";
import { measureMembers } from "../prometheus-metrics/measure-members.ts";
import { measureByOwnExporter } from "../prometheus-metrics/own-exporter.ts";
import { askOwnExporter, type OwnAnswers } from "../prometheus-metrics/own-queries.ts";
import { Shown, type Sources } from "../prometheus-metrics/sources.ts";
import type { InstanceMetrics } from "../result/pool-metrics.ts";
import {
  type MeasureMembers,
  MetricsCollector,
  type PoolDirectory,
  type SourceDescription,
} from "./metrics-collector.ts";

/** What the collector works with; made once per process. */
export interface PrometheusCollectorDependencies {
  readonly directory: PoolDirectory & {
    /** What is known of the pool itself. */
    describe?(
      spec: PoolSpec,
      invocation: Invocation,
    ): Promise<{ readonly size?: number | undefined }>;
  };
  readonly hosts: {
    /** Says whose members are going to be asked for, once they are listed. */
    expect?(spec: PoolSpec, invocation: Invocation): void;
    hostsOf(instances: readonly Instance[], spec: PoolSpec, invocation: Invocation): Promise<Hosts>;
  };
  readonly serverOf: (spec: PoolSpec, invocation: Invocation) => Promise<QueryApi>;
  /** Undefined for those that are known here. */
  readonly ownExporterOf: (spec: PoolSpec) => OwnExporter | undefined;
  /** The labels that the configuration matches by; the values of others are not for callers. */
  readonly matchLabels: () => ReadonlySet<string>;
  readonly now: () => Date;
}

/** What was asked about a pool before its members were known. */
interface Ahead {
  readonly known?: AskedAhead | undefined;
  readonly own?: Promise<OwnAnswers>;
}

/** Over all pools: so many of their answers fit into the smallest container. */
const membersAtOnce = 2_000;

/** In an invocation; each has some hundred members at most, and waits for no turn. */
const poolsAskedAhead = 8;

/** Reads what node_exporter reported to a Prometheus server: two queries for up to 250 members. */
export class PrometheusMetricsCollector extends MetricsCollector {
  override readonly explain = explainOnPrometheus;
  readonly #dependencies: PrometheusCollectorDependencies;
  readonly #askedAhead = new WeakMap<Invocation, number>();
  readonly #shown = new Shown();

  constructor(dependencies: PrometheusCollectorDependencies) {
    super(dependencies.directory, dependencies.now, membersAtOnce);
    this.#dependencies = dependencies;
  }

  override describe({ prometheus: { server, match } }: PoolSpec): SourceDescription {
    const matching = `, where the label "${match.label}" holds the ${match.by}`;
    return { name: `Prometheus server "${server}"`, matching };
  }

  override prepare(specs: readonly PoolSpec[], invocation: Invocation): void {
    super.prepare(specs, invocation);
    for (const spec of specs) this.#dependencies.hosts.expect?.(spec, invocation);
  }

  protected override begin(spec: PoolSpec, invocation: Invocation): MeasureMembers {
    // What goes wrong here does so again when its turn comes.
    const ahead = this.#askAhead(spec, invocation).catch(() => undefined);
    return (instances) => this.fetchInstanceMetrics(instances, spec, invocation, ahead);
  }

  /** Where a label names the pool, its queries need no member: they are asked while those are listed. */
  async #askAhead(spec: PoolSpec, invocation: Invocation): Promise<Ahead | undefined> {
    const { directory, serverOf, ownExporterOf } = this.#dependencies;
    const server = await serverOf(spec, invocation);
    if (spec.prometheus.match.by !== "poolId") {
      server.connectAhead?.();
      return undefined;
    }
    // A list that needs the pool's compartment waits for its description, too.
    const size = async () =>
      spec.compartmentId === undefined
        ? (await directory.describe?.(spec, invocation))?.size
        : undefined;
    const asked = this.#askedAhead.get(invocation) ?? 0;
    if (asked >= poolsAskedAhead) return undefined;
    this.#askedAhead.set(invocation, asked + 1);
    const seen = this.lastSeen(spec)?.reduce((sum, [, members]) => sum + members, 0);
    const own = ownExporterOf(spec);
    if (own !== undefined)
      return seen === 0 ? undefined : { own: askOwnExporter(server, own, spec) };
    return { known: askAhead(server, spec, seen ?? (await size()), this.#shown) };
  }

  protected override async fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
    ahead?: Promise<Ahead | undefined>,
  ): Promise<InstanceMetrics> {
    const { hosts, serverOf, ownExporterOf, matchLabels } = this.#dependencies;
    const sources: Sources = {
      server: await serverOf(spec, invocation),
      hostsOf: (some) => hosts.hostsOf(some, spec, invocation),
      now: this.now,
      shown: this.#shown,
      matchLabels: matchLabels(),
    };
    const own = ownExporterOf(spec);
    const asked = await ahead;
    return own === undefined
      ? measureMembers(sources, instances, spec, asked?.known)
      : measureByOwnExporter(own, sources, instances, spec, asked?.own);
  }
}
