import { exporterNames, type OwnExporter } from "./exporters.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";
import { check } from "./keys.ts";
import { labelOf, type PoolSelection } from "./pool-selection.ts";
import { completePoolSpec, type PoolSettings, type PoolSpec, poolSettings } from "./pool-spec.ts";
import { type Checked, joinPath, listNames, type Problem, tooManyKeys } from "./problems.ts";
import { type ServerOfUrl, type Servers, whatIsConfigured } from "./server-of-url.ts";

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

/** The keys that say which pool is meant, or which pools are. */
export const identityKeys = ["instancePoolId", "instance_pool_id", "name", "select"] as const;

/** What one entry of a request or a configuration says of a pool. */
export interface PoolEntry {
  /** Of an entry with problems, only what others can be found by. */
  readonly settings: PoolSettings;
  /** The pools that have these settings; undefined when the entry is of one pool. */
  readonly select: PoolSelection | undefined;
  /** The original's keys that it has. */
  readonly ignored: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads one entry; reports every problem with its path. */
export function readPoolEntry(value: unknown, path: string, serverOf: ServerOfUrl): PoolEntry {
  const faulty = (problems: readonly Problem[], ignored: readonly string[] = []) => {
    return { settings: outlineOf(value), select: undefined, ignored, problems };
  };
  if (!isJsonObject(value)) {
    return faulty([{ path, message: "expected a pool spec, an object" }]);
  }
  const tooMany = tooManyKeys(value, path);
  if (tooMany !== undefined) return faulty([tooMany]);
  const { settings: given, prometheusUrl, ignored, problems } = renameAliases(value, path);
  const checked = check(poolSettings, given, path);
  if (!checked.ok) problems.push(...checked.problems);
  if (Object.hasOwn(given, "select")) problems.push(...ofOnePool(given, path));
  if (!checked.ok || problems.length > 0) return faulty(problems);
  const { select, ...settings } = checked.value;
  if (prometheusUrl === undefined) return { settings, select, ignored, problems };
  const found = serverOf(prometheusUrl, settings.prometheus?.server);
  if ("message" in found) {
    return faulty([{ path: joinPath(path, "prometheus_url"), ...found }], ignored);
  }
  const prometheus = { ...settings.prometheus, server: found.server };
  return { settings: { ...settings, prometheus }, select, ignored, problems };
}

/** A person who mends the keys that are wrong should not read of the next problem only then. */
function outlineOf(entry: unknown): PoolSettings {
  const keys = isJsonObject(entry) ? entry : { select: entry };
  const isOfPools = ["instancePoolId", "instance_pool_id", "select"].some((key) => key in keys);
  const prometheus = isJsonObject(keys["prometheus"]) ? keys["prometheus"] : {};
  const named = (key: "server" | "exporter") => textOf(prometheus, key) || undefined;
  return {
    instancePoolId: isOfPools ? "-" : undefined,
    prometheus: { server: named("server"), exporter: named("exporter") },
  };
}

/** What a key of an object says, if that is a text. */
export function textOf(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === "string" ? value : undefined;
}

/** What can't hold for each of the pools that are selected. */
function ofOnePool(settings: object, path: string): readonly Problem[] {
  return ["instancePoolId", "name", "compartmentId"]
    .filter((key) => Object.hasOwn(settings, key))
    .map((key) => ({
      path: joinPath(path, key),
      message: "is of one pool, and select finds several; keep one",
    }));
}

function renameAliases(entry: JsonObject, path: string) {
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

/** What a spec can name. */
export interface Known {
  readonly servers: Servers;
  /** The operator's, by name. */
  readonly exporters: ReadonlyMap<string, OwnExporter>;
}

/**
 * The spec of an entry, whose settings go over those of the layers below it; or all of its problems, those of its
 * keys first. In the place of the OCID of pools that are selected there is what they are called.
 */
export function resolveEntry(
  { settings, select, problems }: PoolEntry,
  below: readonly PoolSettings[],
  known: Known,
  path: string,
): Checked<PoolSpec> {
  if (problems.length === 0) {
    const named = select === undefined ? [] : [{ instancePoolId: labelOf(select) }];
    return resolvePoolSpec([...below, settings, ...named], known, path);
  }
  const named = below.map(({ instancePoolId }) => ({ instancePoolId }));
  const further = resolvePoolSpec([...named, settings], known, path);
  return { ok: false, problems: [...problems, ...(further.ok ? [] : further.problems)] };
}

/** Completes the layers (weakest first) to a spec, or says what they lack. */
export function resolvePoolSpec(
  layers: readonly PoolSettings[],
  { servers, exporters }: Known,
  path: string,
): Checked<PoolSpec> {
  const instancePoolId = layers.findLast((layer) => layer.instancePoolId)?.instancePoolId;
  const spec = completePoolSpec(instancePoolId ?? "", ...layers);
  const { server, exporter } = spec.prometheus;
  const problems: Problem[] = [];
  const report = (key: string, message: string) =>
    problems.push({ path: key.split(".").reduce(joinPath, path), message });
  const isNamed = layers.some(({ prometheus }) => prometheus?.server !== undefined);
  if (instancePoolId === undefined) report("instancePoolId", "is missing");
  // Of a setting that only this source has: a server that is missing is a mistake in the request.
  if ((spec.source === "prometheus" || isNamed) && !servers.has(server)) {
    const name = server.slice(0, 100);
    report("prometheus.server", `no Prometheus server "${name}"; ${whatIsConfigured(servers)}`);
  }
  if (exporters.has(exporter)) {
    if (spec.source === "prometheus" && spec.statistic !== "mean")
      report("statistic", `the exporter "${exporter}" of the configuration has only mean`);
  } else if (!exporterNames.some((name) => name === exporter)) {
    const names = listNames([...exporterNames, ...exporters.keys()]);
    report("prometheus.exporter", `no exporter "${exporter.slice(0, 100)}"; there are ${names}`);
  }
  return problems.length === 0 ? { ok: true, value: spec } : { ok: false, problems };
}
