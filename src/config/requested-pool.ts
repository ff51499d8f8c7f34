import type { UtilizationError } from "../errors.ts";
import { type Configuration, type ConfiguredPool, ignoredKeysWarning } from "./configuration.ts";
import { isJsonObject } from "./json-object.ts";
import { readPoolEntry, resolveEntry, resolvePoolSpec } from "./pool-entry.ts";
import { labelOf as labelOfSelection, type PoolSelection } from "./pool-selection.ts";
import { completePoolSpec, type PoolSettings, type PoolSpec } from "./pool-spec.ts";
import { errorOf, type Problem } from "./problems.ts";
import { configuredServers } from "./server-of-url.ts";

/** One pool that a request asks for: its spec, or why it can't be measured. */
export type RequestedPool =
  | { readonly spec: PoolSpec; readonly warnings: readonly string[] }
  | RefusedPool;

interface RefusedPool {
  readonly error: UtilizationError;
  readonly label: string;
  /** What the error says one by one, if it is about how the pool is asked for. */
  readonly problems?: readonly Problem[];
}

/** Pools that a request asks for by what they are; who they are is for OCI to say. */
export interface RequestedSelection {
  readonly select: PoolSelection;
  readonly label: string;
  /** A spec as all of them have it; in the place of the OCID there is the label. */
  readonly template: PoolSpec;
  /** One of them, with the settings that hold for it. */
  readonly poolOf: (instancePoolId: string) => RequestedPool;
}

/** An entry of a request. */
export type RequestedEntry = RequestedPool | RequestedSelection;

/** An entry that a caller sent, with its settings over those of `base` or of the configured pool with its OCID. */
export function specifiedPool(
  pool: unknown,
  path: string,
  configuration: Configuration,
  base?: PoolSettings,
): RequestedEntry {
  const entry = readPoolEntry(pool, path, configuredServers(configuration.servers));
  const { select, settings, ignored } = entry;
  if (entry.problems.length > 0) {
    const all = resolveEntry(entry, base === undefined ? [] : [base], configuration, path);
    return invalid(all.ok ? [] : all.problems, labelOf(pool) ?? path);
  }
  const warnings = ignoredKeysWarning(ignored);
  const measured = (of: PoolSettings) =>
    unmixed(resolved(of, path, configuration, base), settings, warnings, configuration);
  if (select === undefined) return measured(settings);
  const spec = resolveEntry(entry, [configuration.defaults], configuration, path);
  return selection(select, { settings, spec }, measured);
}

/** What is configured, as an empty request asks for it. */
export function configuredEntry(
  pool: ConfiguredPool,
  path: string,
  configuration: Configuration,
): RequestedEntry {
  const { name = path, select, spec } = pool;
  const { warnings } = configuration;
  if (select === undefined) {
    return spec.ok ? { spec: spec.value, warnings } : invalid(spec.problems, name);
  }
  return selection(select, pool, (settings) => {
    const found = resolved(settings, "", configuration);
    return "error" in found ? found : { ...found, warnings: [...found.warnings, ...warnings] };
  });
}

/** A pool that was found is where it was found, whatever compartment others are in. */
function selection(
  select: PoolSelection,
  { settings, spec }: Pick<ConfiguredPool, "settings" | "spec">,
  measured: (settings: PoolSettings) => RequestedPool,
): RequestedEntry {
  const label = labelOfSelection(select);
  if (!spec.ok) return invalid(spec.problems, label);
  const poolOf = (instancePoolId: string) => {
    const pool = measured({ ...settings, instancePoolId });
    return "error" in pool ? pool : { ...pool, spec: { ...pool.spec, compartmentId: undefined } };
  };
  return { select, label, template: spec.value, poolOf };
}

/** The pool with its settings over those of the configured pool with its OCID, else over `base`. */
function resolved(
  settings: PoolSettings,
  path: string,
  configuration: Configuration,
  base?: PoolSettings,
): RequestedPool {
  const label = settings.name ?? settings.instancePoolId ?? path;
  const sameOcid = configuredPools(settings.instancePoolId, configuration);
  const [configured] = sameOcid;
  if (base === undefined && configured?.spec.ok === false)
    return invalid(configured.spec.problems, label);
  const layers = [configuration.defaults, base ?? configured?.settings ?? {}, settings];
  const spec = resolvePoolSpec(layers, configuration, path);
  if (!spec.ok) return invalid(spec.problems, label);
  return { spec: spec.value, warnings: severalWarning(sameOcid) };
}

/** What a request asks for is published only as what its stream usually holds, unless it says publish. */
function unmixed(
  pool: RequestedPool,
  { publish }: PoolSettings,
  warnings: readonly string[],
  configuration: Configuration,
): RequestedPool {
  if ("error" in pool) return pool;
  const all = [...pool.warnings, ...warnings];
  if (publish !== undefined || !wouldMix(pool.spec, configuration)) {
    return { spec: pool.spec, warnings: all };
  }
  return { spec: { ...pool.spec, publish: undefined }, warnings: [...all, unpublished] };
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

/** What is to be changed before the pool can be measured. */
export function invalid(problems: readonly Problem[], label: string): RefusedPool {
  return { error: errorOf(problems), label, problems };
}

/** What is wrong with how a pool is asked for. */
export function problemsOf(entry: RequestedEntry): readonly Problem[] {
  return "error" in entry ? (entry.problems ?? []) : [];
}

function labelOf(pool: unknown): string | undefined {
  if (!isJsonObject(pool)) return undefined;
  const label = pool["name"] ?? pool["instancePoolId"];
  return typeof label === "string" ? label.slice(0, 255) : undefined;
}
