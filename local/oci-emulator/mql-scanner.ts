/** A query that OCI Monitoring would not parse; `position` counts characters from 0. */
export class MqlSyntaxError extends Error {
  override readonly name = "MqlSyntaxError";
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} at position ${position}`);
    this.position = position;
  }
}

/** Reads a query from left to right; blanks may stand between any two of its parts. */
export class Scanner {
  readonly #text: string;
  #next = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get position(): number {
    return this.#next;
  }

  /** `pattern` must be sticky. */
  optional(pattern: RegExp): string | undefined {
    this.#skipBlanks();
    pattern.lastIndex = this.#next;
    const [found] = pattern.exec(this.#text) ?? [];
    this.#next += found?.length ?? 0;
    this.#skipBlanks();
    return found;
  }

  take(pattern: RegExp, what: string): string {
    const found = this.optional(pattern);
    if (found === undefined) throw this.expected(what);
    return found;
  }

  skip(symbol: string): boolean {
    this.#skipBlanks();
    if (!this.#text.startsWith(symbol, this.#next)) return false;
    this.#next += symbol.length;
    this.#skipBlanks();
    return true;
  }

  punctuation<Symbol extends string>(symbol: Symbol): Symbol {
    if (!this.skip(symbol)) throw this.expected(`"${symbol}"`);
    return symbol;
  }

  /** Both or neither, so that ".mean" is still all there when ".groupBy" was looked for. */
  skipWord(symbol: string, word: string): boolean {
    const start = this.#next;
    if (this.skip(symbol) && this.optional(/[A-Za-z]+/y) === word) return true;
    this.#next = start;
    return false;
  }

  number(): number {
    return Number(this.take(/-?(?:\d+(?:\.\d+)?|\.\d+)/y, "a number"));
  }

  end(): void {
    this.#skipBlanks();
    if (this.#next < this.#text.length) throw this.expected("the end of the query");
  }

  expected(what: string): MqlSyntaxError {
    const rest = this.#text.slice(this.#next);
    const found = rest === "" ? "the query ends" : `there is ${JSON.stringify(shorten(rest))}`;
    return new MqlSyntaxError(`Expected ${what}, but ${found}`, this.#next);
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text.charAt(this.#next))) this.#next++;
  }
}

/** A piece of a query, for a message. */
export function shorten(text: string): string {
  return text.length <= 20 ? text : `${text.slice(0, 20)}…`;
}
