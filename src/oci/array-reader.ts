import { RowReader } from "../network/row-reader.ts";

/** A stream of a day's minutes is 100 KB. */
const rows = { depth: 1, opening: /^\s*\[$/, mostBytes: 1_000_000 };

/** Reads the JSON text of an array as it comes, each element by itself; what goes wrong is told at the end. */
export class ArrayReader<T> {
  #elements: T[] = [];
  #error: unknown;
  readonly #rows: RowReader;

  /** @param read what is kept of an element, if anything; it may throw */
  constructor(read: (element: unknown) => T | undefined) {
    this.#rows = new RowReader(rows, (row) => {
      const element = read(row);
      if (element !== undefined) this.#elements.push(element);
    });
  }

  push(chunk: Buffer): void {
    if (this.#error !== undefined) return;
    try {
      this.#rows.push(chunk);
    } catch (error) {
      this.#error = error;
    }
  }

  /** @throws SyntaxError when it is no array; AnswerTooLargeError; what `read` threw. */
  end(): readonly T[] {
    if (this.#error !== undefined) throw this.#error;
    if (!Array.isArray(this.#rows.end())) throw new SyntaxError("no JSON array");
    const elements = this.#elements;
    // A connection that is kept remembers the call that it was made for, and so its reader.
    this.#elements = [];
    return elements;
  }
}
