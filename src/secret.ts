import { inspect } from "node:util";

const shown = "[secret]";

/** Text that is shown nowhere by itself: not in a log line, as JSON, in a template or a debugger. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for whoever sends it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
