import { InvalidRequestError, PoolNotFoundError, type UtilizationError } from "../errors.ts";
import { type Configuration, ignoredKeysWarning } from "./configuration.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";
import { parseOcid } from "./ocid.ts";
import { resolvePoolSpec, settingsOfPayload } from "./pool-resolution.ts";
import { identityKeys, readPoolEntry } from "./pool-settings.ts";
import { completePoolSpec, type PoolSettings, type PoolSpec } from "./pool-spec.ts";
import { describeProblems, joinPath, type Problem, suggestion, tooManyKeys } from "./problems.ts";

/** One pool that a request asks for: its spec, or why it can't be measured. */
export type RequestedPool =
  | { readonly spec: PoolSpec; readonly warnings: readonly string[] }
  | { readonly error: UtilizationError; readonly label: string };

/** What a direct caller asks for. */
export interface PoolsRequest {
  readonly pools: readonly RequestedPool[];
}

/** Far more than can be measured before any deadline; each costs memory while it waits. */
const maximumPools = 1_000;

const example = '{"instancePoolId": "ocid1.instancepool.…"}';

/** What is to become of a failed document: as the request says, else as is configured. */
export function onErrorOf(body: unknown, configuration: Configuration): "return" | "throw" {
  const wanted = isJsonObject(body) ? body["onError"] : undefined;
  return wanted === "return" || wanted === "throw" ? wanted : configuration.onError;
}

/**
 * Reads the body of a direct call: nothing (all configured pools), `{pools: […]}`, a pool spec, or
 * `{pool: name}`, to which a spec's settings may be added.
 * @throws InvalidRequestError when the body as a whole can't be understood.
 */
export function readPoolsRequest(body: unknown, configuration: Configuration): PoolsRequest {
  if (configuration.problems.length > 0) {
    const what = describeProblems(configuration.problems);
    throw new InvalidRequestError(`The function's configuration is wrong: ${what}`);
  }
  if (body !== undefined && !isJsonObject(body)) {
    throw new InvalidRequestError(`The request must be a JSON object such as ${example}.`);
  }
  const tooMany = tooManyKeys(body ?? {}, "");
  if (tooMany !== undefined) throw new InvalidRequestError(`The request ${tooMany.message}.`);
  return { pools: distinct(requestedPools(bareRequest(body ?? {}), configuration)) };
}

/**
 * A request without what may stand beside anything that is asked for: `onError` and `$schema`.
 * @throws InvalidRequestError when onError is neither return nor throw.
 */
export function bareRequest(body: JsonObject): JsonObject {
  const { onError, $schema, ...rest } = body;
  if (onError !== undefined && onError !== "return" && onError !== "throw") {
    throw new InvalidRequestError("onError: must be return or throw");
  }
  return rest;
}

/** A pool that is asked for twice in the same way is measured once. */
function distinct(pools: readonly RequestedPool[]): readonly RequestedPool[] {
  const byWay = new Map(
    pools.map((pool, index) => ["spec" in pool ? JSON.stringify(pool.spec) : index, pool]),
  );
  return [...byWay.values()];
}

function requestedPools(body: JsonObject, configuration: Configuration): readonly RequestedPool[] {
  if (Object.keys(body).length === 0) return allConfiguredPools(configuration);
  if (!("pools" in body)) {
    const pool =
      "pool" in body ? namedPool(body, configuration) : specifiedPool(body, "", configuration);
    if ("error" in pool) throw pool.error;
    return [pool];
  }
  const { pools, ...unknown } = body;
  const problems: Problem[] = Object.keys(unknown).map((path) => ({
    path,
    message: "unknown key; beside pools there may be onError",
  }));
  if (!Array.isArray(pools) || pools.length === 0) {
    problems.push({ path: "pools", message: "expected a list of pool specs or names, not empty" });
  }
  const list: readonly unknown[] = Array.isArray(pools) ? pools : [];
  if (list.length > maximumPools) {
    problems.push({ path: "pools", message: `at most ${maximumPools} pools fit in a request` });
  }
  if (problems.length > 0) throw new InvalidRequestError(describeProblems(problems));
  return list.map((pool, index) => {
    const path = joinPath("pools", index);
    if (typeof pool === "string") return namedPool({ pool }, configuration, path);
    if (isJsonObject(pool) && "pool" in pool) return namedPool(pool, configuration, path);
    return specifiedPool(pool, path, configuration);
  });
}

function allConfiguredPools(configuration: Configuration): readonly RequestedPool[] {
  if (configuration.pools.length === 0) {
    throw new InvalidRequestError("There is no pool to measure.", {
      hint: `Send a pool spec such as ${example}, or configure pools in POOLS or POOLS_FILE.`,
    });
  }
  return configuration.pools.map(({ name, spec }, index) =>
    spec.ok
      ? { spec: spec.value, warnings: configuration.warnings }
      : invalid(spec.problems, name ?? joinPath("pools", index)),
  );
}

function namedPool(body: JsonObject, configuration: Configuration, path = ""): RequestedPool {
  const { pool: name, ...overrides } = body;
  if (typeof name !== "string") {
    const problem = {
      path: joinPath(path, "pool"),
      message: "expected the name of a configured pool",
    };
    return invalid([problem], path);
  }
  const configured = configuration.pools.find((pool) => pool.name === name);
  if (configured === undefined) {
    const names = configuration.pools.flatMap((pool) => pool.name ?? []);
    const hint = hintAt(name, names);
    const error = new PoolNotFoundError(`No pool called "${name.slice(0, 100)}" is configured.`, {
      hint,
    });
    return { error, label: name.slice(0, 255) };
  }
  if (!configured.spec.ok) return invalid(configured.spec.problems, name);
  if (Object.keys(overrides).length === 0) {
    return { spec: configured.spec.value, warnings: configuration.warnings };
  }
  for (const key of identityKeys) {
    if (!(key in overrides)) continue;
    const message = "can't be given together with pool, which names it already";
    return invalid([{ path: joinPath(path, key), message }], name);
  }
  return specifiedPool(overrides, path, configuration, configured.settings);
}

function hintAt(name: string, names: readonly string[]): string {
  if (parseOcid(name, "instancepool") !== undefined) {
    return `That is an OCID; give it as instancePoolId: {"instancePoolId": "${name}"}`;
  }
  const meant = suggestion(name, names);
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  return names.length === 0 ? "No pool is configured." : `Configured are ${names.join(", ")}.`;
}

function specifiedPool(
  pool: unknown,
  path: string,
  configuration: Configuration,
  base?: PoolSettings,
): RequestedPool {
  const label = labelOf(pool) ?? path;
  const entry = readPoolEntry(pool, path);
  if (!entry.ok) return invalid(entry.problems, label);
  const settings = settingsOfPayload(entry.value, configuration.servers, path);
  if (!settings.ok) return invalid(settings.problems, label);
  const sameOcid = configuredPools(settings.value.instancePoolId, configuration);
  const [configured] = sameOcid;
  if (base === undefined && configured?.spec.ok === false)
    return invalid(configured.spec.problems, label);
  const layers = [configuration.defaults, base ?? configured?.settings ?? {}];
  const spec = resolvePoolSpec([...layers, settings.value], configuration.servers, path);
  if (!spec.ok) return invalid(spec.problems, label);
  const warnings = [...severalWarning(sameOcid), ...ignoredKeysWarning(entry.value.ignoredKeys)];
  if (settings.value.publish !== undefined || !wouldMix(spec.value, configuration)) {
    return { spec: spec.value, warnings };
  }
  return { spec: { ...spec.value, publish: undefined }, warnings: [...warnings, unpublished] };
}

const unpublished =
  "not published: The pool is usually measured in another way. Say publish in the request, or configure the pool with a name and ask under another.";

/** Whether values would be published as those of the pool that aren't what alarms on them expect. */
function wouldMix(spec: PoolSpec, configuration: Configuration): boolean {
  const { instancePoolId, name } = spec;
  if (spec.publish === undefined) return false;
  const configured = configuredPools(instancePoolId, configuration).flatMap((pool) =>
    pool.spec.ok ? pool.spec.value : [],
  );
  const unconfigured = completePoolSpec(instancePoolId, configuration.defaults);
  const usual = configured.length > 0 ? configured : [unconfigured];
  // Without a name, a pool is published by its display name, and that may be any.
  const mayBeNamed = (other: string | undefined) =>
    name === undefined || other === undefined || name === other;
  return usual.some((one) => mayBeNamed(one.name) && wayOf(one) !== wayOf(spec));
}

function wayOf({ name, includeInstances, publish, ...rest }: PoolSpec): string {
  return JSON.stringify(rest);
}

/** A pool that is configured keeps its settings, and its mistakes, when its OCID is asked for. */
function configuredPools(instancePoolId: string | undefined, { pools }: Configuration) {
  return pools.filter(
    (pool) => instancePoolId !== undefined && pool.instancePoolId === instancePoolId,
  );
}

function severalWarning(pools: Configuration["pools"]): readonly string[] {
  const [first, ...others] = pools;
  if (first === undefined || others.length === 0) return [];
  const whose = first.name === undefined ? "the first" : `"${first.name}"`;
  return [`${pools.length} configured pools have this OCID; the settings are those of ${whose}`];
}

function invalid(problems: readonly Problem[], label: string): RequestedPool {
  return { error: new InvalidRequestError(describeProblems(problems)), label };
}

function labelOf(pool: unknown): string | undefined {
  if (!isJsonObject(pool)) return undefined;
  const label = pool["name"] ?? pool["instancePoolId"];
  return typeof label === "string" ? label.slice(0, 255) : undefined;
}
