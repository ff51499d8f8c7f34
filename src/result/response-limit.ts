import type { PoolResult, ResultDocument } from "./result-document.ts";

/** OCI Functions' limit of 6 MB: of a longer answer the caller sees an error and nothing else. */
const maximumBytes = 6_000_000;

/** The results with lists that are kept while pools are measured: somewhat more than go into an answer. */
const heldBytes = 8_000_000;

/** The longest that a text may be, in bytes of JSON, when all texts together are too long. */
const textBytes = [1_000, 300];
const warningsKept = 5;

const leftOut =
  "The lists of members are left out: the answer would be over the 6 MB that OCI Functions returns. Ask for fewer pools at a time.";

/** The results of pools as they come, without more lists of members than there is memory for. */
export class ResultsInMemory {
  readonly #results: PoolResult[] = [];
  #held = 0;

  /** Sets the result of the pool at this place. */
  set(place: number, result: PoolResult): void {
    this.#results[place] = result;
    if (entriesOf(result) === 0) return;
    this.#held += bytesOf(result);
    if (this.#held > heldBytes) this.#held -= leaveOut(this.#results, this.#held - heldBytes);
  }

  get all(): readonly PoolResult[] {
    return this.#results;
  }
}

/** Leaves the longest lists of members out of results until so many bytes are saved; gives how many are. */
function leaveOut(results: PoolResult[], excess: number): number {
  let saved = 0;
  // Not all places may have a result.
  const longestFirst = Object.entries(results).sort(([, a], [, b]) => entriesOf(b) - entriesOf(a));
  for (const [place, result] of longestFirst) {
    if (saved >= excess || entriesOf(result) === 0) break;
    const shorter = withoutLists(result);
    results[Number(place)] = shorter;
    saved += bytesOf(result) - bytesOf(shorter);
  }
  return saved;
}

/**
 * The document as it is, if a function can return it; else without the longest lists of members,
 * with a warning in each pool that lost its own, and if that is not enough, with its texts cut.
 * Averages and counts always stay.
 */
export function withinResponseLimit(document: ResultDocument): ResultDocument {
  const pools = [...document.pools];
  // Pool by pool: as one text, a long document takes the memory that it is to leave.
  const bytes = pools.reduce((sum, pool) => sum + bytesOf(pool) + 1, 1_000);
  if (document.error === undefined && bytes <= maximumBytes) return document;
  leaveOut(pools, bytes - maximumBytes);
  return withShortTexts({ ...document, pools });
}

/** The document with its texts cut, if it is longer than what a function can return. */
export function withShortTexts<D extends object>(document: D): D {
  let fitting = document;
  for (const bytes of textBytes) {
    if (bytesOf(fitting) <= maximumBytes) return fitting;
    const cut = (key: string, value: unknown): unknown => {
      if (key === "warnings" && Array.isArray(value)) return value.slice(0, warningsKept);
      return typeof value === "string" ? shortened(value, bytes) : value;
    };
    fitting = JSON.parse(JSON.stringify(document, cut));
  }
  return fitting;
}

/** As many characters of a text as have so many bytes, escapes among them. */
function shortened(text: string, bytes: number): string {
  if (text.length * 6 <= bytes || bytesOf(text) <= bytes) return text;
  let length = Math.min(text.length, bytes);
  while (bytesOf(text.slice(0, length)) > bytes - 3) length = Math.floor(length * 0.8);
  return `${text.slice(0, length)}…`;
}

/** Whether a function can return a text. */
export function fitsResponse(text: string): boolean {
  return Buffer.byteLength(text) <= maximumBytes;
}

function entriesOf({ instances }: PoolResult): number {
  if (instances === null) return 0;
  const { missing, excluded, details = [] } = instances;
  return missing.length + excluded.length + details.length;
}

function withoutLists(pool: PoolResult): PoolResult {
  if (pool.instances === null) return pool;
  const { details, ...counts } = pool.instances;
  return {
    ...pool,
    instances: { ...counts, missing: [], excluded: [] },
    warnings: [...pool.warnings, leftOut],
  };
}

function bytesOf(value: object | string): number {
  return Buffer.byteLength(JSON.stringify(value));
}
