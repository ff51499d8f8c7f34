import { type Environment, variableOf } from "./environment.ts";
import { readExporter } from "./exporters.ts";
import { isJsonObject } from "./json-object.ts";
import { identityKeys, type Known, readPoolEntry, resolveEntry, textOf } from "./pool-entry.ts";
import type { PoolSelection } from "./pool-selection.ts";
import { completePoolSpec, type PoolSettings, type PoolSpec } from "./pool-spec.ts";
import { type ReadTextFile, readPoolsDocument } from "./pools-document.ts";
import { type Checked, joinPath, type Problem, readByName } from "./problems.ts";
import { readPrometheusServer } from "./prometheus-servers.ts";
import { configuringServers } from "./server-of-url.ts";

/**
 * A pool of the configuration, or pools that are found when they are asked for. What is written wrongly
 * fails alone, when it is asked for.
 */
export interface ConfiguredPool {
  readonly name: string | undefined;
  /** Known even when the rest of the pool is written wrongly. */
  readonly instancePoolId: string | undefined;
  /** The pools that have these settings; undefined where it is one. */
  readonly select: PoolSelection | undefined;
  readonly settings: PoolSettings;
  /** Of selected pools it has what they are called in the place of the OCID. */
  readonly spec: Checked<PoolSpec>;
}

/** Everything the operator configured: the pools, what they share, and the Prometheus servers. */
export interface Configuration extends Known {
  readonly defaults: PoolSettings;
  readonly pools: readonly ConfiguredPool[];
  /** The labels that pools are matched by on Prometheus. */
  readonly matchLabels: ReadonlySet<string>;
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
  const document = readPoolsDocument(environment, readTextFile);
  const { at } = document;
  const serversPath = `${at}prometheus.servers`;
  const configured = readByName(document.servers, serversPath, "servers", readPrometheusServer);
  const servers = configured.found;
  const byVariables =
    environment.defaultPrometheus === undefined
      ? undefined
      : readPrometheusServer("default", environment.defaultPrometheus, "");
  if (byVariables?.ok) servers.set("default", byVariables.value);
  const exportersPath = `${at}prometheus.exporters`;
  const own = readByName(document.exporters, exportersPath, "exporters", readExporter);
  const known = { servers, exporters: own.found };

  const serverOf = configuringServers(servers);
  const shared = readPoolEntry(document.defaults, `${at}defaults`, serverOf);
  const defaults = shared.problems.length === 0 ? shared.settings : {};
  const entries = document.pools.map((pool, index) => {
    const path = joinPath(`${at}pools`, index);
    const entry = readPoolEntry(pool, path, serverOf);
    const spec = resolveEntry(entry, [defaults], known, path);
    const said = isJsonObject(pool) ? pool : {};
    const id = textOf(said, "instancePoolId") ?? textOf(said, "instance_pool_id");
    const settings = entry.problems.length === 0 ? entry.settings : {};
    const instancePoolId = id?.toLowerCase();
    return { ...entry, name: textOf(said, "name"), instancePoolId, settings, spec };
  });
  const names = entries.map(({ name }) => name);
  const specs = entries.flatMap(({ spec }) => (spec.ok ? spec.value : []));
  return {
    ...known,
    defaults,
    pools: entries,
    matchLabels: new Set(
      [completePoolSpec("", defaults), ...specs].map(({ prometheus }) => prometheus.match.label),
    ),
    onError: environment.ON_ERROR,
    warnings: ignoredKeysWarning([shared, ...entries].flatMap(({ ignored }) => ignored)),
    problems: [
      ...environment.problems,
      ...document.problems,
      ...configured.problems,
      ...(byVariables?.ok === false ? byVariables.problems : []).map((problem) => ({
        ...problem,
        path: variableOf(problem.path),
      })),
      ...own.problems,
      ...identityProblems(document.defaults, `${at}defaults`),
      ...shared.problems,
      ...duplicateNames(names, `${at}pools`),
    ],
  };
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
    .map((key) => ({
      path: joinPath(path, key),
      message: `${key === "select" ? "finds pools" : "is of one pool"}; move it to pools`,
    }));
}

function duplicateNames(names: readonly (string | undefined)[], path: string): readonly Problem[] {
  return names.flatMap((name, index) =>
    name !== undefined && names.indexOf(name) < index
      ? [{ path: joinPath(joinPath(path, index), "name"), message: `"${name}" is already taken` }]
      : [],
  );
}
