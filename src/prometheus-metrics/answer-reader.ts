import { AnswerTooLargeError } from "../network/network-failure.ts";
import { readSeries, type Series } from "./response.ts";

/** Decompressed; far more than can be about a pool. */
const maximumAnswerBytes = 16_000_000;

/** A row, or a part of what is around them: a host has 60 points of a gauge, a query 250 names. */
const maximumPieceBytes = 100_000;

/** Ten rows for each of 2,000 hosts are 14 MB. */
const maximumSeriesBytes = 20_000_000;

/** `{"data":{"result":[` */
const rowsDepth = 3;

const [quote, backslash, comma, openBracket, openBrace] = Buffer.from('"\\,[{');

const nothing = Buffer.alloc(0);

/** By byte. */
const isMark = Uint8Array.from({ length: 256 }, (_, byte) =>
  ",[]{}".includes(String.fromCharCode(byte)) ? 1 : 0,
);

/**
 * Reads a server's JSON as it comes: each row of its `"result":[…]` by itself, and then what is
 * around them. Parsed at once, an answer could take fifty times the bytes of its text, and the
 * smallest container has no room for that.
 */
export class AnswerReader {
  readonly #series: Series[] = [];
  readonly #shapes = new Set<string>();
  /** What is around the rows, as far as it came before them. */
  #frame = "";
  /** The beginning of a row, or of what is around them, in the chunks so far. */
  #piece: Buffer = nothing;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inRows = false;
  #seriesBytes = 0;
  #bytes = 0;

  /** What the rows take in memory, roughly. */
  get seriesBytes(): number {
    return this.#seriesBytes;
  }

  /** @throws AnswerTooLargeError; SyntaxError or SourceUnavailableError when a row is none. */
  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maximumAnswerBytes) throw new AnswerTooLargeError();
    let start = 0;
    for (let at = this.#skipText(chunk, 0); at < chunk.length; at = this.#skipText(chunk, at + 1)) {
      start = this.#readMark(chunk, start, at);
    }
    this.#piece = Buffer.from(this.#joined(chunk.subarray(start)));
  }

  /**
   * The rows, and the JSON around them, when all has come.
   * @throws SyntaxError when it isn't JSON.
   */
  end(): { readonly frame: unknown; readonly series: readonly Series[] } {
    return { frame: JSON.parse(this.#frame + this.#piece), series: this.#series };
  }

  /** The place of the next bracket, brace or comma that isn't in a string. */
  #skipText(chunk: Buffer, from: number): number {
    let [at, inString, escaped] = [from, this.#inString, this.#escaped];
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (escaped) escaped = false;
      else if (byte === quote) inString = !inString;
      else if (inString) escaped = byte === backslash;
      else if (isMark[byte ?? 0] === 1) break;
    }
    this.#inString = inString;
    this.#escaped = escaped;
    return at;
  }

  /** Ends what is ended by a bracket, brace or comma, and gives the place where the next begins. */
  #readMark(chunk: Buffer, start: number, at: number): number {
    const byte = chunk[at];
    if (byte === comma) {
      if (!this.#inRows || this.#depth !== rowsDepth) return start;
      this.#endRow(chunk.subarray(start, at), false);
      return at + 1;
    }
    if (byte === openBracket || byte === openBrace) {
      this.#depth += 1;
      if (byte === openBrace || this.#depth !== rowsDepth) return start;
      this.#endFrame(chunk.subarray(start, at + 1));
      return at + 1;
    }
    this.#depth -= 1;
    if (!this.#inRows || this.#depth >= rowsDepth) return start;
    this.#endRow(chunk.subarray(start, at), true);
    return at;
  }

  #endFrame(bytes: Buffer): void {
    const text = this.#take(bytes);
    this.#frame += text;
    if (this.#frame.length > maximumPieceBytes) throw new AnswerTooLargeError();
    this.#inRows = /"result"\s*:\s*\[$/.test(text.slice(-50));
  }

  #endRow(bytes: Buffer, last: boolean): void {
    const text = this.#take(bytes);
    if (last) this.#inRows = false;
    if (last && this.#series.length === 0 && text.trim() === "") return;
    const series = readSeries(JSON.parse(text));
    this.#series.push(series);
    this.#seriesBytes += this.#bytesOf(series);
    if (this.#seriesBytes > maximumSeriesBytes) throw new AnswerTooLargeError();
  }

  /** V8 describes each set of names once, and each of its names takes more than a value does. */
  #bytesOf({ labels, times }: Series): number {
    const names = Object.keys(labels);
    const shape = names.join();
    const known = this.#shapes.has(shape);
    this.#shapes.add(shape);
    const values = Buffer.byteLength(Object.values(labels).join(""));
    return 250 + (known ? 40 : 240) * names.length + values + 16 * times.length;
  }

  #take(bytes: Buffer): string {
    const text = this.#joined(bytes).toString();
    this.#piece = nothing;
    return text;
  }

  #joined(bytes: Buffer): Buffer {
    if (this.#piece.length + bytes.length > maximumPieceBytes) throw new AnswerTooLargeError();
    return this.#piece === nothing ? bytes : Buffer.concat([this.#piece, bytes]);
  }
}
