import * as v from "valibot";
import { isJsonObject } from "./json-object.ts";
import { metricNamespace, resourceGroup } from "./metric-names.ts";
import { parseOcid } from "./ocid.ts";
import { matchBys, type PoolSettings, sources } from "./pool-spec.ts";
import {
  type Checked,
  check,
  joinPath,
  type Problem,
  strictObject,
  tooManyKeys,
} from "./problems.ts";

/** The keys of the original framework's `config.yaml`, and what they are called here. */
export const aliases: Readonly<Record<string, keyof PoolSettings>> = {
  instance_pool_id: "instancePoolId",
  compartment_id: "compartmentId",
  monitoring_method: "source",
};

/** What the original needed for scaling. We measure and leave the scaling to others. */
export const ignoredKeys: ReadonlySet<string> = new Set([
  "cpu_threshold",
  "ram_threshold",
  "scaling_limits",
  "schedules",
  "scheduler_max_instances",
]);

/** The keys that say which pool is meant. */
export const identityKeys = ["instancePoolId", "instance_pool_id", "name"] as const;

function ocid(what: string, ...types: readonly string[]) {
  return v.pipe(
    v.string(),
    v.check((text) => parseOcid(text, ...types) !== undefined, `not the OCID of ${what}`),
    v.transform((text) => text.toLowerCase()),
  );
}

const region = v.pipe(
  v.string(),
  v.transform((text) => text.toLowerCase()),
  // The region becomes part of a host name, so it may not bring a domain of its own.
  v.regex(/^(?:[a-z]{3}|[a-z]{2,}(?:-[a-z0-9]+)+)$/, "not a region id such as us-ashburn-1"),
);

const labelName = v.pipe(
  v.string(),
  v.regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "not a Prometheus label name"),
);

const match = v.pipe(
  strictObject({
    label: v.optional(labelName),
    by: v.picklist(matchBys),
  }),
  v.check(
    ({ label, by }) => label !== undefined || !by.endsWith("Id"),
    "name the label that holds it",
  ),
  v.transform(({ label = "instance", by }) => ({ label, by })),
);

const publish = v.pipe(
  strictObject({ namespace: metricNamespace, resourceGroup: v.optional(resourceGroup) }),
  v.transform(({ namespace, resourceGroup: group }) => ({ namespace, resourceGroup: group })),
);

/** Every key of a pool spec; all optional, as a spec is put together from several places. */
export const poolSettings = strictObject({
  instancePoolId: v.optional(ocid("an instance pool", "instancepool")),
  // A dimension's value has at most 512 characters, so that any name can be published.
  name: v.optional(
    v.pipe(v.string(), v.nonEmpty("must not be empty"), v.maxLength(255, "is too long")),
  ),
  source: v.optional(v.picklist(sources)),
  compartmentId: v.optional(ocid("a compartment", "compartment", "tenancy")),
  region: v.optional(region),
  windowMinutes: v.optional(
    v.pipe(
      v.number(),
      v.integer("must be whole"),
      v.minValue(1, "must be 1–1440"),
      v.maxValue(1440, "must be 1–1440"),
    ),
  ),
  statistic: v.optional(v.picklist(["mean", "max", "min", "p50", "p90", "p95", "p99"])),
  minCoverage: v.optional(
    v.pipe(v.number(), v.minValue(0, "must be 0–1"), v.maxValue(1, "must be 0–1")),
  ),
  includeInstances: v.optional(v.boolean()),
  prometheus: v.optional(
    strictObject({
      server: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
      match: v.optional(match),
      steal: v.optional(v.picklist(["busy", "idle"])),
    }),
  ),
  publish: v.optional(publish),
});

/** What one pool entry says, before it is known which Prometheus server its URL means. */
export interface PoolEntry {
  readonly settings: PoolSettings;
  /** The original's `prometheus_url`. */
  readonly prometheusUrl: string | undefined;
  readonly ignoredKeys: readonly string[];
}

/** Reads one pool entry of a request or a configuration; reports every problem with its path. */
export function readPoolEntry(value: unknown, path: string): Checked<PoolEntry> {
  if (!isJsonObject(value)) {
    return { ok: false, problems: [{ path, message: "expected a pool spec, an object" }] };
  }
  const tooMany = tooManyKeys(value, path);
  if (tooMany !== undefined) return { ok: false, problems: [tooMany] };
  const { settings, prometheusUrl, ignored, problems } = renameAliases(value, path);
  const checked = check(poolSettings, settings, path);
  const all = [...problems, ...(checked.ok ? [] : checked.problems)];
  if (!checked.ok || all.length > 0) return { ok: false, problems: all };
  return { ok: true, value: { settings: checked.value, prometheusUrl, ignoredKeys: ignored } };
}

function renameAliases(entry: object, path: string) {
  const settings: Record<string, unknown> = {};
  const ignored: string[] = [];
  const problems: Problem[] = [];
  let prometheusUrl: string | undefined;
  for (const [key, value] of Object.entries(entry)) {
    const name = Object.hasOwn(aliases, key) ? (aliases[key] ?? key) : key;
    if (ignoredKeys.has(key)) ignored.push(key);
    else if (key === "prometheus_url") {
      if (typeof value === "string") prometheusUrl = value;
      else problems.push({ path: joinPath(path, key), message: "expected a URL" });
    } else if (name !== key && Object.hasOwn(entry, name)) {
      problems.push({ path: joinPath(path, key), message: `means the same as ${name}; keep one` });
    } else {
      // Object.defineProperty semantics: a key called __proto__ is data, not a prototype.
      Object.defineProperty(settings, name, { value, enumerable: true });
    }
  }
  return { settings, prometheusUrl, ignored, problems };
}
