const maximumBytes = 20_480;

/**
 * The last lines of an invocation that are below the log's level: they are written only when an
 * error makes them interesting.
 */
export class HeldLines {
  #lines: string[] = [];
  #bytes = 0;
  #dropped = 0;

  /** Keeps the line; the oldest ones make room for it. */
  add(line: string): void {
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line);
    while (this.#bytes > maximumBytes) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift() ?? "");
      this.#dropped += 1;
    }
  }

  /** Hands the lines over, oldest first, with how many were dropped before them. */
  release(): { readonly lines: readonly string[]; readonly dropped: number } {
    const released = { lines: this.#lines, dropped: this.#dropped };
    this.#lines = [];
    this.#bytes = 0;
    this.#dropped = 0;
    return released;
  }
}
