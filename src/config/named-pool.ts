import type { Configuration } from "./configuration.ts";
import type { JsonObject } from "./json-object.ts";
import { parseOcid } from "./ocid.ts";
import { identityKeys } from "./pool-entry.ts";
import type { PoolSettings, PoolSpec } from "./pool-spec.ts";
import { type Checked, failed, joinPath, listNames, suggestion, tooManyKeys } from "./problems.ts";
import { invalid, problemsOf, type RequestedEntry, specifiedPool } from "./requested-pool.ts";

/** A configured pool that a caller names, with the settings that it sent over the configured ones. */
export function namedPool(
  body: JsonObject,
  configuration: Configuration,
  path: string,
): RequestedEntry {
  const tooMany = tooManyKeys(body, path);
  if (tooMany !== undefined) return invalid([tooMany], path);
  const { pool: name, ...others } = body;
  const label = typeof name === "string" ? name.slice(0, 255) : path;
  const found = configuredPool(name, configuration, path);
  if (Object.keys(others).length === 0) {
    if (!found.ok) return invalid(found.problems, label);
    return { spec: found.value.spec, warnings: configuration.warnings };
  }
  const misplaced = identityKeys.filter((key) => key in others);
  const overrides = Object.entries(others).filter(([key]) => misplaced.every((one) => one !== key));
  const base = found.ok ? found.value.settings : { instancePoolId: "-" };
  const pool = specifiedPool(Object.fromEntries(overrides), path, configuration, base);
  const problems = [
    ...(found.ok ? [] : found.problems),
    ...misplaced.map((key) => ({
      path: joinPath(path, key),
      message: "can't be given together with pool, which names it already",
    })),
    ...problemsOf(pool),
  ];
  return problems.length === 0 ? pool : invalid(problems, label);
}

/** The configured pool of this name, or why there is none that can be measured. */
function configuredPool(
  name: unknown,
  { pools }: Configuration,
  path: string,
): Checked<{ readonly spec: PoolSpec; readonly settings: PoolSettings }> {
  if (typeof name !== "string") {
    return failed(joinPath(path, "pool"), "expected the name of a configured pool");
  }
  const configured = pools.find((pool) => pool.name === name);
  if (configured === undefined) {
    const names = pools.flatMap((pool) => pool.name ?? []);
    const message = `No pool called "${name.slice(0, 100)}" is configured.`;
    const problem = { path: "", message, hint: hintAt(name, names), isUnknownName: true };
    return { ok: false, problems: [problem] };
  }
  const { spec, settings } = configured;
  return spec.ok ? { ok: true, value: { spec: spec.value, settings } } : spec;
}

function hintAt(name: string, names: readonly string[]): string {
  if (parseOcid(name, "instancepool") !== undefined) {
    return `That is an OCID; give it as instancePoolId: {"instancePoolId": "${name}"}`;
  }
  const meant = suggestion(name, names);
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  return names.length === 0
    ? "No pool has a name: give its OCID as instancePoolId, or configure it in POOLS or POOLS_FILE."
    : `Configured are ${listNames(names)}.`;
}
