import type { Environment } from "./environment.ts";
import { isJsonObject } from "./json-object.ts";
import { anotherServer, resolvePoolSpec, type Servers, withServer } from "./pool-resolution.ts";
import { identityKeys, type PoolEntry, readPoolEntry } from "./pool-settings.ts";
import type { PoolSettings, PoolSpec } from "./pool-spec.ts";
import { type ReadTextFile, readPoolsDocument } from "./pools-document.ts";
import { type Checked, joinPath, type Problem } from "./problems.ts";
import {
  type PrometheusServerConfig,
  readPrometheusServer,
  readPrometheusServers,
} from "./prometheus-servers.ts";

/** A pool of the configuration; one that is written wrongly fails alone, when it is asked for. */
interface ConfiguredPool {
  readonly name: string | undefined;
  /** Known even when the rest of the pool is written wrongly. */
  readonly instancePoolId: string | undefined;
  readonly settings: PoolSettings;
  readonly spec: Checked<PoolSpec>;
}

/** Everything the operator configured: the pools, what they share, and the Prometheus servers. */
export interface Configuration {
  readonly defaults: PoolSettings;
  readonly pools: readonly ConfiguredPool[];
  readonly servers: Servers;
  readonly onError: "return" | "throw";
  readonly warnings: readonly string[];
  /** When there are any, no request can be answered truthfully until they are mended. */
  readonly problems: readonly Problem[];
}

/** Reads POOLS or POOLS_FILE and the Prometheus variables. Problems are collected, not thrown. */
export function readConfiguration(
  environment: Environment,
  readTextFile: ReadTextFile,
): Configuration {
  const source = readPoolsDocument(environment, readTextFile);
  const document = source.ok ? source.value : { at: "", defaults: {}, servers: {}, pools: [] };
  const problems = [...environment.problems, ...(source.ok ? [] : source.problems)];

  const configured = readServers(environment, document.servers, document.at);
  const { servers } = configured;
  problems.push(...configured.problems);

  const defaultsPath = `${document.at}defaults`;
  const defaultsEntry = readPoolEntry(document.defaults, defaultsPath);
  const defaults = settingsOfConfiguration(defaultsEntry, servers, defaultsPath);
  problems.push(...identityProblems(document.defaults, defaultsPath));
  if (!defaults.ok) problems.push(...defaults.problems);
  const shared = defaults.ok ? defaults.value : {};

  const entries = document.pools.map((pool, index) => {
    const path = joinPath(`${document.at}pools`, index);
    const entry = readPoolEntry(pool, path);
    const settings = settingsOfConfiguration(entry, servers, path);
    const spec = settings.ok ? resolvePoolSpec([shared, settings.value], servers, path) : settings;
    return {
      entry,
      pool: {
        name: textOf(pool, "name"),
        instancePoolId: (
          textOf(pool, "instancePoolId") ?? textOf(pool, "instance_pool_id")
        )?.toLowerCase(),
        settings: settings.ok ? settings.value : {},
        spec,
      },
    };
  });
  const pools = entries.map(({ pool }) => pool);
  problems.push(...duplicateNames(pools, `${document.at}pools`));
  const ignored = [defaultsEntry, ...entries.map(({ entry }) => entry)].flatMap((entry) =>
    entry.ok ? entry.value.ignoredKeys : [],
  );
  const warnings = ignoredKeysWarning(ignored);
  return { defaults: shared, pools, servers, onError: environment.onError, warnings, problems };
}

/** The one warning for the original's scaling keys, which this function has no use for. */
export function ignoredKeysWarning(keys: readonly string[]): readonly string[] {
  const names = [...new Set(keys)];
  return names.length === 0
    ? []
    : [`ignored, as this function does not scale: ${names.join(", ")}`];
}

/** With a pool's OCID in the defaults, whatever names no pool would measure that one. */
function identityProblems(defaults: unknown, path: string): readonly Problem[] {
  if (!isJsonObject(defaults)) return [];
  return identityKeys
    .filter((key) => Object.hasOwn(defaults, key))
    .map((key) => ({ path: joinPath(path, key), message: "is of one pool; move it to pools" }));
}

function readServers(environment: Environment, value: unknown, at: string) {
  const servers = new Map<string, PrometheusServerConfig>();
  const configured = readPrometheusServers(value, `${at}prometheus.servers`);
  const problems: Problem[] = [...configured.problems];
  for (const server of configured.servers) servers.set(server.name, server);
  if (environment.defaultPrometheus !== undefined) {
    const read = readPrometheusServer("default", environment.defaultPrometheus, "PROMETHEUS");
    if (read.ok) servers.set("default", read.value);
    else problems.push(...read.problems);
  }
  return { servers, problems };
}

/** In the configuration itself, the original's `prometheus_url` configures a server. */
function settingsOfConfiguration(
  entry: Checked<PoolEntry>,
  servers: Map<string, PrometheusServerConfig>,
  path: string,
): Checked<PoolSettings> {
  if (!entry.ok) return entry;
  const { prometheusUrl, settings } = entry.value;
  if (prometheusUrl === undefined) return { ok: true, value: settings };
  const at = joinPath(path, "prometheus_url");
  const read = readPrometheusServer(prometheusUrl, { url: prometheusUrl }, at);
  if (!read.ok) return { ok: false, problems: [{ path: at, message: "not an http(s) base URL" }] };
  const named = settings.prometheus?.server;
  const known = [...servers.values()].filter(({ url }) => url === read.value.url);
  const server = known.find(({ name }) => name === named) ?? known[0] ?? read.value;
  if (named !== undefined && named !== server.name) {
    return { ok: false, problems: [{ path: at, message: anotherServer(named) }] };
  }
  servers.set(server.name, server);
  return { ok: true, value: withServer(settings, server.name) };
}

function duplicateNames(pools: readonly ConfiguredPool[], path: string): readonly Problem[] {
  const names = pools.map(({ name }) => name);
  return names.flatMap((name, index) =>
    name !== undefined && names.indexOf(name) < index
      ? [{ path: joinPath(joinPath(path, index), "name"), message: `"${name}" is already taken` }]
      : [],
  );
}

function textOf(pool: unknown, key: string): string | undefined {
  const value = typeof pool === "object" && pool !== null ? Reflect.get(pool, key) : undefined;
  return typeof value === "string" ? value : undefined;
}
