import { EventEmitter } from "node:events";
import xterm from "@xterm/headless";

/** A terminal's window, in memory: what is written is understood as a terminal understands it. */
export class FakeTerminal extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  /** Everything written so far, with its control sequences. */
  written = "";
  readonly #terminal: xterm.Terminal;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  }

  /** Whether programs may colour, which is up to the environment on a real one. */
  hasColors(): boolean {
    return true;
  }

  /** The cursor is shown. */
  get cursorShown(): boolean {
    return this.written.lastIndexOf("\x1b[?25l") <= this.written.lastIndexOf("\x1b[?25h");
  }

  write(text: string): boolean {
    this.written += text;
    this.#terminal.write(text);
    return true;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.#terminal.resize(columns, rows);
    this.emit("resize");
  }

  /** The lines of the window as a person sees them, without the empty ones at its end. */
  async lines(): Promise<readonly string[]> {
    await new Promise<void>((done) => this.#terminal.write("", done));
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: this.rows }, (_, row) =>
      active.getLine(active.baseY + row)?.translateToString(true),
    );
    return lines.join("\n").trimEnd().split("\n");
  }
}
