import type { Environment } from "./environment.ts";
import { isJsonObject } from "./json-object.ts";
import { parseDocument } from "./parse-document.ts";
import { type Checked, type Problem, unknownKey } from "./problems.ts";

/** The parts of POOLS or POOLS_FILE, not yet checked themselves. */
export interface PoolsDocument {
  /** Where it came from, in front of every path: `POOLS: `. */
  readonly at: string;
  readonly defaults: unknown;
  readonly servers: unknown;
  readonly pools: readonly unknown[];
}

/** Reads a text file; throws when it can't. */
export type ReadTextFile = (path: string) => string;

const emptyDocument: PoolsDocument = { at: "", defaults: {}, servers: {}, pools: [] };

/** Finds the configured pools: POOLS (text) or POOLS_FILE (a path in the image); none is fine. */
export function readPoolsDocument(
  environment: Environment,
  readTextFile: ReadTextFile,
): Checked<PoolsDocument> {
  const { pools, poolsFile } = environment;
  if (pools !== undefined && poolsFile !== undefined) {
    return failed("POOLS", "POOLS and POOLS_FILE are both set; keep one");
  }
  if (pools !== undefined) return parsePoolsDocument(pools, "POOLS");
  if (poolsFile === undefined) return { ok: true, value: emptyDocument };
  try {
    return parsePoolsDocument(readTextFile(poolsFile), "POOLS_FILE");
  } catch {
    return failed("POOLS_FILE", `cannot read ${poolsFile}; is it in the image?`);
  }
}

function parsePoolsDocument(text: string, variable: string): Checked<PoolsDocument> {
  const parsed = parseDocument(text);
  if (!parsed.ok) return failed(variable, parsed.message);
  // A bare list of pools is what the original accepted, too.
  const document = Array.isArray(parsed.value) ? { pools: parsed.value } : parsed.value;
  if (!isJsonObject(document)) return failed(variable, "expected an object with pools");

  const { $schema, defaults, prometheus, pools, ...unknown } = document;
  // In YAML, a key whose lines below are all commented out is null.
  const shared = prometheus ?? {};
  const list = pools ?? [];
  const { servers, ...unknownPrometheus } = isJsonObject(shared) ? shared : {};
  const problems: Problem[] = [
    ...unknownKeys(unknown, `${variable}: `, ["defaults", "prometheus", "pools"]),
    ...unknownKeys(unknownPrometheus, `${variable}: prometheus.`, ["servers"]),
  ];
  if (!isJsonObject(shared))
    problems.push({ path: `${variable}: prometheus`, message: "expected an object with servers" });
  if (!Array.isArray(list))
    problems.push({ path: `${variable}: pools`, message: "expected a list" });
  if (problems.length > 0 || !Array.isArray(list)) return { ok: false, problems };
  const at = `${variable}: `;
  return { ok: true, value: { at, defaults: defaults ?? {}, servers: servers ?? {}, pools: list } };
}

function unknownKeys(
  unknown: object,
  prefix: string,
  known: readonly string[],
): readonly Problem[] {
  return Object.keys(unknown).map((key) => ({
    path: `${prefix}${key}`,
    message: unknownKey(key, known),
  }));
}

function failed(path: string, message: string): Checked<never> {
  return { ok: false, problems: [{ path, message }] };
}
