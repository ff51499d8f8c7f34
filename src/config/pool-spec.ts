import type { Statistic } from "../result/statistics.ts";

/** Where a pool's utilization can be read from. */
export const sources = ["oci", "prometheus"] as const;

export type Source = (typeof sources)[number];

/** What a Prometheus label can hold of a member; `poolId` is the OCID of its pool. */
export const matchBys = ["displayName", "privateIp", "hostname", "instanceId", "poolId"] as const;

type MatchBy = (typeof matchBys)[number];

/** How to find the pool's members among a Prometheus server's series. */
interface PrometheusSpec {
  /** The name of a configured server. */
  readonly server: string;
  readonly match: { readonly label: string; readonly by: MatchBy };
  /** Whether time stolen by the hypervisor counts as busy: a throttled burstable shape is busy. */
  readonly steal: "busy" | "idle";
}

/** Where a pool's averages are posted as custom metrics. */
interface PublishSpec {
  readonly namespace: string;
  readonly resourceGroup: string | undefined;
}

/** One pool to measure, complete: every default applied and every value checked. */
export interface PoolSpec {
  readonly instancePoolId: string;
  readonly name: string | undefined;
  readonly source: Source;
  readonly compartmentId: string | undefined;
  readonly region: string | undefined;
  readonly windowMinutes: number;
  readonly statistic: Statistic;
  /** Share (0–1) of running members that must report, else the pool fails with LOW_COVERAGE. */
  readonly minCoverage: number;
  readonly includeInstances: boolean;
  readonly prometheus: PrometheusSpec;
  /** Undefined: nowhere. */
  readonly publish: PublishSpec | undefined;
}

/** What a request, a configured pool or `defaults` says about a pool: any part of a spec. */
export type PoolSettings = {
  readonly [K in Exclude<keyof PoolSpec, "prometheus">]?: PoolSpec[K] | undefined;
} & {
  readonly prometheus?:
    | { readonly [K in keyof PrometheusSpec]?: PrometheusSpec[K] | undefined }
    | undefined;
};

/**
 * The spec that settings add up to; later layers win. `match` is one setting, because a label of
 * one layer and the meaning of another would select the wrong machines; so is `publish`.
 */
export function completePoolSpec(
  instancePoolId: string,
  ...layers: readonly PoolSettings[]
): PoolSpec {
  const settings: Partial<Omit<PoolSpec, "prometheus">> = Object.assign(
    {},
    ...layers.map(withoutUndefined),
  );
  const prometheus: Partial<PrometheusSpec> = Object.assign(
    {},
    ...layers.map((layer) => withoutUndefined(layer.prometheus ?? {})),
  );
  return {
    name: undefined,
    source: "oci",
    compartmentId: undefined,
    region: undefined,
    windowMinutes: 5,
    statistic: "mean",
    minCoverage: 0,
    includeInstances: false,
    publish: undefined,
    ...settings,
    instancePoolId,
    prometheus: {
      server: "default",
      match: { label: "instance", by: "displayName" },
      steal: "busy",
      ...prometheus,
    },
  };
}

function withoutUndefined(settings: object): object {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
