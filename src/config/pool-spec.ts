import * as v from "valibot";
import { doc } from "./doc.ts";
import { type Complete, defaultsOf, key, requiredKey } from "./keys.ts";
import { poolSelection } from "./pool-selection.ts";
import {
  compartmentOcid,
  instancePoolOcid,
  metricNamespace,
  resourceGroup,
  shortText,
  text,
} from "./values.ts";

/** Where a pool's utilization can be read from. */
export const sources = ["oci", "prometheus"] as const;

export type Source = (typeof sources)[number];

/** How one member's readings over the window become one number. */
export const statistics = ["mean", "max", "min", "p50", "p90", "p95", "p99"] as const;

export type Statistic = (typeof statistics)[number];

/** Whole minutes, up to a day. */
function minutes(least: number) {
  const range = `must be ${least}–1440`;
  return v.pipe(
    v.number(),
    v.integer("must be whole"),
    v.minValue(least, range),
    v.maxValue(1440, range),
  );
}

const region = v.pipe(
  v.string(),
  v.transform((name) => name.toLowerCase()),
  // The region becomes part of a host name, so it may not bring a domain of its own.
  v.regex(/^(?:[a-z]{3}|[a-z]{2,}(?:-[a-z0-9]+)+)$/, "not a region id such as us-ashburn-1"),
);

/** What PromQL, and UTF-8, can carry; half of a character is no UTF-8. */
const labelText = v.pipe(shortText, v.regex(/^\P{Surrogate}*$/u, "is not Unicode text"));

/** Since Prometheus 3, any text; `__name__` is the metric's, and that is what the exporter says. */
const labelName = v.pipe(
  labelText,
  v.check((name) => name !== "__name__", "names no label, but the metric"),
);

/** They stand several times in each query. */
const maximumMatcherBytes = 1_000;

const matchers = v.pipe(
  v.record(labelName, labelText),
  v.check(
    (labels) => Buffer.byteLength(JSON.stringify(labels)) <= maximumMatcherBytes,
    `have more than ${maximumMatcherBytes} bytes`,
  ),
);

/** What a Prometheus label can hold of a member; `poolId` is the OCID of the member's pool. */
export const matchBys = ["displayName", "privateIp", "hostname", "instanceId", "poolId"] as const;

const match = v.pipe(
  v.object({
    label: key(labelName, doc("Name of the label. Required when by is instanceId or poolId.")),
    by: requiredKey(v.picklist(matchBys), doc("What the label holds.")),
  }),
  v.check(
    ({ label, by }) => label !== undefined || !by.endsWith("Id"),
    "name the label that holds it",
  ),
  v.transform(({ label = "instance", by }) => ({ label, by })),
);

const prometheusKeys = {
  server: key(text, doc("Name of a configured server."), "default"),
  match: key(match, doc("Which label holds what of a member."), {
    label: "instance",
    by: "displayName",
  }),
  matchers: key(
    matchers,
    doc(
      "Further labels that all of the pool's series have, and their values: equality only. Each place that sets some adds to the others. Default: none.",
      { example: { cluster: "production" } },
    ),
  ),
  exporter: key(
    text,
    doc(
      "Whose series are read: auto, which recognizes each host's own; node, windows, opentelemetry, collectd or netdata, asked for by exact metric names; or one of prometheus.exporters.",
    ),
    "auto",
  ),
  // A throttled burstable shape is busy.
  steal: key(
    v.picklist(["busy", "idle"]),
    doc("Whether CPU time stolen by the hypervisor counts as busy."),
    "busy",
  ),
};

const publish = v.object({
  namespace: requiredKey(
    metricNamespace,
    doc("Namespace of the metrics, not beginning with oci_ or oracle_.", {
      example: "pool_utilization",
    }),
  ),
  resourceGroup: key(resourceGroup, doc("Their resource group. Default: none.")),
});

const poolKeys = {
  instancePoolId: key(
    instancePoolOcid,
    doc("OCID of the pool. Required, unless the pool is named, or pools are selected."),
  ),
  select: key(
    poolSelection,
    doc(
      "All pools of a compartment that match, instead of one. The other keys hold for each of them.",
    ),
  ),
  name: key(
    shortText,
    doc("What results and logs call the pool. Default: its display name.", { example: "web" }),
  ),
  source: key(v.picklist(sources), doc("Where its utilization is read from."), "oci"),
  compartmentId: key(
    compartmentOcid,
    doc("OCID of the pool's compartment. Default: asked from OCI."),
  ),
  region: key(
    region,
    doc("Region id or key. Default: from the OCID, else the principal's.", {
      example: "us-ashburn-1",
    }),
  ),
  windowMinutes: key(minutes(1), doc("How far to look back, in minutes."), 5),
  statistic: key(v.picklist(statistics), doc("Over time, for each instance."), "mean"),
  minCoverage: key(
    v.pipe(v.number(), v.minValue(0, "must be 0–1"), v.maxValue(1, "must be 0–1")),
    doc(
      "Below this share of counted members reporting CPU, or memory, the pool fails with LOW_COVERAGE. A metric that no member reports is missing, and does not matter here.",
    ),
    0,
  ),
  warmupMinutes: key(
    minutes(0),
    doc("Running members younger than this, in minutes, do not count."),
    0,
  ),
  includeInstances: key(v.boolean(), doc("Add each member's own values to the result."), false),
  prometheus: key(v.object(prometheusKeys), doc("How to find the members on a Prometheus server.")),
  publish: key(publish, doc("Post the averages as custom metrics. Default: they are not posted.")),
};

/** Every key of a pool spec; all optional, as a spec is put together from several places. */
export const poolSettings = v.object(poolKeys);

/** What a request, a configured pool or `defaults` says about a pool: any part of a spec. */
export type PoolSettings = Readonly<Omit<v.InferOutput<typeof poolSettings>, "select">>;

/** How to find the pool's members among a Prometheus server's series. */
interface PrometheusSpec extends Complete<typeof prometheusKeys> {
  readonly matchers: Readonly<Record<string, string>>;
}

/** One pool to measure, complete: every default applied and every value checked. */
export interface PoolSpec
  extends Complete<Omit<typeof poolKeys, "instancePoolId" | "select" | "prometheus">> {
  readonly instancePoolId: string;
  readonly prometheus: PrometheusSpec;
}

const { select: _select, prometheus: _prometheus, ...defaults } = defaultsOf(poolKeys);
const prometheusDefaults = defaultsOf(prometheusKeys);

/**
 * The spec that settings add up to; later layers win. `match` is one setting, because a label of
 * one layer and the meaning of another would select the wrong machines; so is `publish`. `matchers` add
 * up: a request can't lose the labels that the configuration pins a pool to by adding one.
 */
export function completePoolSpec(
  instancePoolId: string,
  ...layers: readonly PoolSettings[]
): PoolSpec {
  const below = layers.flatMap(({ prometheus }) => prometheus ?? []);
  return {
    ...defaults,
    ...merged(layers),
    instancePoolId,
    prometheus: {
      ...prometheusDefaults,
      ...merged(below),
      matchers: Object.assign({}, ...below.map(({ matchers: labels }) => labels)),
    },
  };
}

/** What the last layer says of each key that any of them says something of. */
function merged<T extends object>(layers: readonly T[]) {
  const said = layers.flatMap(Object.entries).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}
