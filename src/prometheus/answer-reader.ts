import { AnswerTooLargeError } from "../network/network-failure.ts";
import { RowReader } from "../network/row-reader.ts";
import type { Series } from "./query-api.ts";
import { readSeries } from "./response.ts";

/** Decompressed; far more than can be about a pool. */
const maximumAnswerBytes = 16_000_000;

/** Ten rows for each of 2,000 hosts are 14 MB. */
const maximumSeriesBytes = 20_000_000;

/** `{"data":{"result":[`: a host by itself has up to 8,000 points, and a query that an error repeats 250 names. */
const rows = { depth: 3, opening: /"result"\s*:\s*\[$/, mostBytes: 300_000 };

/** Reads a server's answer as it comes: each row by itself, and then what is around them. */
export class AnswerReader {
  readonly #hold: (bytes: number) => void;
  readonly #series: Series[] = [];
  readonly #shapes = new Set<string>();
  readonly #rows = new RowReader(rows, (row) => this.#keep(readSeries(row)));
  #held = 0;
  #bytes = 0;

  /** @param hold told how many bytes of memory each row takes, roughly; it may throw */
  constructor(hold: (bytes: number) => void = () => {}) {
    this.#hold = hold;
  }

  /** @throws AnswerTooLargeError; SyntaxError or SourceUnavailableError when a row is none. */
  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maximumAnswerBytes) throw new AnswerTooLargeError();
    this.#rows.push(chunk);
  }

  /**
   * The rows, and the JSON around them, when all has come.
   * @throws SyntaxError when it isn't JSON.
   */
  end(): { readonly envelope: unknown; readonly series: readonly Series[] } {
    return { envelope: this.#rows.end(), series: this.#series };
  }

  /** V8 describes each set of names once, and each of its names takes more than a value does. */
  #keep(series: Series): void {
    this.#series.push(series);
    const { labels, times } = series;
    const names = Object.keys(labels);
    const shape = names.join();
    const known = this.#shapes.has(shape);
    this.#shapes.add(shape);
    const values = Buffer.byteLength(Object.values(labels).join(""));
    const bytes = 250 + (known ? 40 : 240) * names.length + values + 16 * times.length;
    this.#held += bytes;
    if (this.#held > maximumSeriesBytes) throw new AnswerTooLargeError();
    this.#hold(bytes);
  }
}
