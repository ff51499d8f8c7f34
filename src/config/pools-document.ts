import * as v from "valibot";
import { doc } from "./doc.ts";
import type { Environment } from "./environment.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";
import { check, key } from "./keys.ts";
import { parseDocument } from "./parse-document.ts";
import type { Problem } from "./problems.ts";

/** The keys of `prometheus` in POOLS. */
export const sharedKeys = {
  servers: key(v.unknown(), doc("The Prometheus servers that may be asked, by name.")),
  exporters: key(v.unknown(), doc("Exporters of your own, by name: PromQL. Only statistic mean.")),
};

/**
 * The keys of POOLS. What they hold is read by itself, so that one pool can be wrong alone. In YAML, a key
 * whose lines below are all commented out is null.
 */
export const documentKeys = {
  defaults: key(v.unknown(), doc("What a pool has that doesn't say otherwise.")),
  prometheus: key(
    v.nullable(v.object(sharedKeys, "expected an object with servers")),
    doc("What the pools measured there share."),
  ),
  pools: key(
    v.nullable(v.array(v.unknown(), "expected a list")),
    doc("What an empty request measures, and what names stand for."),
  ),
};

const poolsDocument = v.object({ $schema: key(v.unknown(), undefined), ...documentKeys });

/** The parts of POOLS or POOLS_FILE, not yet checked themselves. */
export interface PoolsDocument {
  /** Where it came from, in front of every path: `POOLS: `. */
  readonly at: string;
  readonly defaults: unknown;
  readonly servers: unknown;
  readonly exporters: unknown;
  readonly pools: readonly unknown[];
  /** What is wrong with it; what is right beside that is there all the same, to be judged at once. */
  readonly problems: readonly Problem[];
}

/** Reads a text file; throws when it can't. */
export type ReadTextFile = (path: string) => string;

/** No configuration, or none that can be read. */
const emptyDocument: PoolsDocument = {
  at: "",
  defaults: {},
  servers: {},
  exporters: {},
  pools: [],
  problems: [],
};

/** Finds the configured pools: POOLS (text) or POOLS_FILE (a path in the image); none is fine. */
export function readPoolsDocument(
  environment: Environment,
  readTextFile: ReadTextFile,
): PoolsDocument {
  const { POOLS, POOLS_FILE } = environment;
  if (POOLS !== undefined && POOLS_FILE !== undefined) {
    return failed("POOLS", "POOLS and POOLS_FILE are both set; keep one");
  }
  if (POOLS !== undefined) return parsePoolsDocument(POOLS, "POOLS");
  if (POOLS_FILE === undefined) return emptyDocument;
  try {
    return parsePoolsDocument(readTextFile(POOLS_FILE), "POOLS_FILE");
  } catch {
    return failed("POOLS_FILE", `cannot read ${POOLS_FILE}; is it in the image or package?`);
  }
}

function failed(path: string, message: string): PoolsDocument {
  return { ...emptyDocument, problems: [{ path, message }] };
}

function parsePoolsDocument(text: string, variable: string): PoolsDocument {
  const parsed = parseDocument(text);
  if (!parsed.ok) return failed(variable, parsed.message);
  // A bare list of pools is what the original accepted, too.
  const document = Array.isArray(parsed.value) ? { pools: parsed.value } : parsed.value;
  if (!isJsonObject(document)) return failed(variable, "expected an object with pools");
  const at = `${variable}: `;
  const checked = check(poolsDocument, document, at, { secret: true });
  const { defaults, prometheus, pools }: JsonObject = document;
  const { servers, exporters } = isJsonObject(prometheus) ? prometheus : {};
  return {
    at,
    defaults: defaults ?? {},
    servers: servers ?? {},
    exporters: exporters ?? {},
    pools: Array.isArray(pools) ? pools : [],
    problems: checked.ok ? [] : checked.problems,
  };
}
