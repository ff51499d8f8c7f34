import type { PoolResult, ResultDocument } from "./result-document.ts";

/** OCI Functions' limit of 6 MB: of a longer answer the caller sees an error and nothing else. */
const maximumBytes = 6_000_000;

/** With fewer entries in all of its lists no document is too long: each has 2 KB at most. */
const entriesThatFit = 2_000;

const leftOut =
  "The lists of members are left out: the answer would be over the 6 MB that OCI Functions returns. Ask for fewer pools at a time.";

/**
 * The document as it is, if a function can return it; else without the longest lists of members,
 * with a warning in each pool that lost its own. Averages and counts always stay.
 */
export function withinResponseLimit(document: ResultDocument): ResultDocument {
  const entries = document.pools.reduce((sum, pool) => sum + entriesOf(pool), 0);
  if (entries <= entriesThatFit) return document;
  let excess = bytesOf(document) - maximumBytes;
  const pools = [...document.pools];
  const longestFirst = [...pools.entries()].sort(([, a], [, b]) => entriesOf(b) - entriesOf(a));
  for (const [index, pool] of longestFirst) {
    if (excess <= 0) break;
    const shorter = withoutLists(pool);
    excess -= bytesOf(pool) - bytesOf(shorter);
    pools[index] = shorter;
  }
  return { ...document, pools };
}

function entriesOf({ instances }: PoolResult): number {
  return (instances?.missing.length ?? 0) + (instances?.details?.length ?? 0);
}

function withoutLists(pool: PoolResult): PoolResult {
  if (pool.instances === null) return pool;
  const { total, running, reporting } = pool.instances;
  return {
    ...pool,
    instances: { total, running, reporting, missing: [] },
    warnings: [...pool.warnings, leftOut],
  };
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
