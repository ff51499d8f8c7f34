/** The part of a terminal that a screen needs. */
export interface ScreenOutput {
  write(text: string): unknown;
}

const csi = "\x1b[";
const enter = `${csi}?1049h${csi}?25l`;
const leave = `${csi}?25h${csi}?1049l`;
/** Terminals that know it show what is between the two at once; others ignore it. */
const synchronized = [`${csi}?2026h`, `${csi}?2026l`] as const;

/**
 * A terminal's second screen, as editors use it: what was there before is there again afterwards,
 * whatever size the window had meanwhile.
 */
export class Screen {
  readonly #output: ScreenOutput;
  #open = false;

  constructor(output: ScreenOutput) {
    this.#output = output;
  }

  /** Draws lines that fit, over those drawn before. */
  draw(lines: readonly string[]): void {
    const opening = this.#open ? "" : enter;
    this.#open = true;
    // Erased before it is written: after a full line the cursor still stands on its last character.
    const erase = (index: number) => (index < lines.length - 1 ? `${csi}K` : `${csi}J`);
    const text = lines.map((line, index) => erase(index) + line).join("\r\n");
    const [begin, end] = synchronized;
    this.#output.write(`${opening}${begin}${csi}H${text}${csi}H${end}`);
  }

  /** Brings back the cursor and what was on the terminal; may be called again. */
  close(): void {
    if (this.#open) this.#output.write(leave);
    this.#open = false;
  }
}
