import * as v from "valibot";
import { InvalidRequestError } from "../errors.ts";
import type { Configuration } from "./configuration.ts";
import { doc } from "./doc.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";
import { key } from "./keys.ts";
import { namedPool } from "./named-pool.ts";
import { describeProblems, errorOf, joinPath, type Problem, tooManyKeys } from "./problems.ts";
import {
  configuredEntry,
  problemsOf,
  type RequestedEntry,
  type RequestedPool,
  type RequestedSelection,
  specifiedPool,
} from "./requested-pool.ts";
import { onFailure } from "./values.ts";

/** What a direct caller asks for. */
export interface PoolsRequest {
  readonly pools: readonly RequestedPool[];
  readonly selections: readonly RequestedSelection[];
}

/** Far more than can be measured before any deadline; each costs memory while it waits. */
export const maximumPools = 1_000;

const example = '{"instancePoolId": "ocid1.instancepool.…"}';

/** What may stand beside anything that is asked for. */
export const besideKeys = {
  $schema: key(v.string(), doc("Of an editor; not read.")),
  onError: key(
    onFailure,
    doc("throw makes a failed document a failed invocation. Default: ON_ERROR, or return."),
  ),
};

/** What is to become of a failed document: as the request says, else as is configured. */
export function onErrorOf(body: unknown, configuration: Configuration): "return" | "throw" {
  const wanted = v.safeParse(besideKeys.onError, isJsonObject(body) ? body["onError"] : undefined);
  return (wanted.success ? wanted.output : undefined) ?? configuration.onError;
}

/**
 * Reads the body of a direct call: nothing (all configured pools), `{pools: […]}`, a pool spec, or
 * `{pool: name}`, to which a spec's settings may be added.
 * @throws InvalidRequestError when the body as a whole can't be understood.
 */
export function readPoolsRequest(body: unknown, configuration: Configuration): PoolsRequest {
  if (configuration.problems.length > 0) {
    const what = describeProblems(configuration.problems);
    const isOfPools = configuration.problems.some(({ path }) => path.startsWith("POOLS"));
    throw new InvalidRequestError(`The function's configuration is wrong: ${what}`, {
      hint: isOfPools
        ? "`npm run validate -- <file>` shows each problem of POOLS in its line."
        : undefined,
    });
  }
  if (body !== undefined && !isJsonObject(body)) {
    throw new InvalidRequestError(`The request must be a JSON object such as ${example}.`);
  }
  const problems = problemsOfWhole(body ?? {});
  const { onError, $schema, ...asked } = body ?? {};
  const requested = requestedPools(asked, configuration, problems);
  return {
    pools: distinct(requested.flatMap((entry) => ("select" in entry ? [] : entry))),
    selections: requested.flatMap((entry) => ("select" in entry ? entry : [])),
  };
}

/** A check, and what is said beside it: for the doctor, which pool. */
export interface RequestedCheck {
  readonly check: "health" | "doctor";
  readonly request: JsonObject;
}

/**
 * The check that the body asks for; undefined when it asks for pools.
 * @throws InvalidRequestError when it asks for a check that doesn't exist, or for more than health.
 */
export function requestedCheck(body: unknown): RequestedCheck | undefined {
  if (!isJsonObject(body) || body["check"] === undefined) return undefined;
  const problems = [...problemsOfWhole(body)];
  const { check, ...request } = body;
  if (check === "doctor") return { check, request };
  if (check === "health") {
    const { onError, $schema, ...unknown } = request;
    const message = 'unknown key; beside "check": "health" there may be onError';
    problems.push(...Object.keys(unknown).map((name) => ({ path: joinPath("", name), message })));
  } else problems.push({ path: "check", message: 'expected "health" or "doctor"' });
  if (check === "health" && problems.length === 0) return { check, request };
  throw errorOf(problems);
}

/**
 * What is wrong with what may stand beside anything that is asked for.
 * @throws InvalidRequestError when there are too many keys to look at any: so many must not be copied.
 */
function problemsOfWhole(body: JsonObject): readonly Problem[] {
  const { issues = [] } = v.safeParse(besideKeys.onError, body["onError"]);
  const problems = issues.map(({ message }) => ({ path: "onError", message }));
  const tooMany = tooManyKeys(body, "");
  if (tooMany === undefined) return problems;
  throw new InvalidRequestError(
    `${describeProblems([{ ...tooMany, message: `The request ${tooMany.message}` }, ...problems])}.`,
  );
}

/** A pool that is asked for twice in the same way is measured once. */
export function distinct(pools: readonly RequestedPool[]): readonly RequestedPool[] {
  const byWay = new Map(
    pools.map((pool, index) => ["spec" in pool ? JSON.stringify(pool.spec) : index, pool]),
  );
  return [...byWay.values()];
}

function requestedPools(
  body: JsonObject,
  configuration: Configuration,
  besides: readonly Problem[],
): readonly RequestedEntry[] {
  if ("pools" in body) return listedPools(body, configuration, besides);
  const isEmpty = Object.keys(body).length === 0;
  if (isEmpty && besides.length === 0) return allConfiguredPools(configuration);
  const pool = isEmpty ? [] : [requestedEntry(body, configuration, "")];
  const problems = [...pool.flatMap(problemsOf), ...besides];
  if (problems.length > 0) throw errorOf(problems);
  return pool;
}

function listedPools(
  { pools, ...unknown }: JsonObject,
  configuration: Configuration,
  besides: readonly Problem[],
): readonly RequestedEntry[] {
  const problems = [...besides];
  for (const path of Object.keys(unknown)) {
    problems.push({ path, message: "unknown key; beside pools there may be onError" });
  }
  const list: readonly unknown[] = Array.isArray(pools) ? pools : [];
  if (list.length === 0) {
    problems.push({ path: "pools", message: "expected a list of pool specs or names, not empty" });
  }
  if (list.length > maximumPools) {
    problems.push({ path: "pools", message: `at most ${maximumPools} pools fit in a request` });
  }
  const requested = list
    .slice(0, maximumPools)
    .map((pool, index) => requestedEntry(pool, configuration, joinPath("pools", index)));
  if (problems.length === 0) return requested;
  throw errorOf([...problems, ...requested.flatMap(problemsOf)]);
}

function requestedEntry(pool: unknown, configuration: Configuration, path: string): RequestedEntry {
  if (typeof pool === "string") return namedPool({ pool }, configuration, path);
  if (isJsonObject(pool) && "pool" in pool) return namedPool(pool, configuration, path);
  return specifiedPool(pool, path, configuration);
}

function allConfiguredPools(configuration: Configuration): readonly RequestedEntry[] {
  const { pools } = configuration;
  if (pools.length === 0) {
    throw new InvalidRequestError("There is no pool to measure.", {
      hint: `Send a pool spec such as ${example}, or configure pools in POOLS or POOLS_FILE.`,
    });
  }
  if (pools.length > maximumPools) {
    throw new InvalidRequestError(
      `${pools.length} pools are configured; at most ${maximumPools} fit in a request.`,
      { hint: 'Ask for some by their names: {"pools": [<name>, …]}.' },
    );
  }
  return pools.map((pool, index) => configuredEntry(pool, joinPath("pools", index), configuration));
}
