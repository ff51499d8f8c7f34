import { AnswerTooLargeError } from "./network-failure.ts";

/** Which array of a JSON document has the rows. */
export interface Rows {
  /** 1, where it is the document itself. */
  readonly depth: number;
  /** How the text before the first row ends. */
  readonly opening: RegExp;
  /** A row is no longer, nor is what is around them. */
  readonly mostBytes: number;
}

const [quote, backslash, comma, openBracket, openBrace] = Buffer.from('"\\,[{');

const nothing = Buffer.alloc(0);

/** By byte. */
const isMark = Uint8Array.from({ length: 256 }, (_, byte) =>
  ",[]{}".includes(String.fromCharCode(byte)) ? 1 : 0,
);

/**
 * Reads JSON text as it comes: each row of an array by itself, and keeps the text around them. Parsed at
 * once, an answer could take fifty times the bytes of its text, and the smallest container has no room for that.
 */
export class RowReader {
  readonly #rows: Rows;
  readonly #read: (row: unknown) => void;
  /** What is around the rows, as far as it came before them. */
  #around = "";
  /** The beginning of a row, or of what is around them, in the chunks so far. */
  #piece: Buffer = nothing;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inRows = false;
  #isEmpty = true;

  /** @param read it may throw, and so does `push` */
  constructor(rows: Rows, read: (row: unknown) => void) {
    this.#rows = rows;
    this.#read = read;
  }

  /** @throws AnswerTooLargeError; SyntaxError when a row isn't JSON. */
  push(chunk: Buffer): void {
    let start = 0;
    for (let at = this.#skipText(chunk, 0); at < chunk.length; at = this.#skipText(chunk, at + 1)) {
      start = this.#readMark(chunk, start, at);
    }
    this.#piece = Buffer.from(this.#joined(chunk.subarray(start)));
  }

  /**
   * What is around the rows, when all has come.
   * @throws SyntaxError when it isn't JSON.
   */
  end(): unknown {
    return JSON.parse(this.#around + this.#piece);
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
    const { depth } = this.#rows;
    const byte = chunk[at];
    if (byte === comma) {
      if (!this.#inRows || this.#depth !== depth) return start;
      this.#endRow(chunk.subarray(start, at), false);
      return at + 1;
    }
    if (byte === openBracket || byte === openBrace) {
      this.#depth += 1;
      if (byte === openBrace || this.#depth !== depth) return start;
      this.#open(chunk.subarray(start, at + 1));
      return at + 1;
    }
    this.#depth -= 1;
    if (!this.#inRows || this.#depth >= depth) return start;
    this.#endRow(chunk.subarray(start, at), true);
    return at;
  }

  #open(bytes: Buffer): void {
    const text = this.#take(bytes);
    this.#around += text;
    if (this.#around.length > this.#rows.mostBytes) throw new AnswerTooLargeError();
    this.#inRows = this.#rows.opening.test(text.slice(-50));
  }

  #endRow(bytes: Buffer, last: boolean): void {
    const text = this.#take(bytes);
    if (last) this.#inRows = false;
    if (last && this.#isEmpty && text.trim() === "") return;
    this.#isEmpty = false;
    this.#read(JSON.parse(text));
  }

  #take(bytes: Buffer): string {
    const text = this.#joined(bytes).toString();
    this.#piece = nothing;
    return text;
  }

  #joined(bytes: Buffer): Buffer {
    if (this.#piece.length + bytes.length > this.#rows.mostBytes) throw new AnswerTooLargeError();
    return this.#piece === nothing ? bytes : Buffer.concat([this.#piece, bytes]);
  }
}
