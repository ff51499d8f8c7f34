/** What a key asks for. */
export type KeyAction =
  | "quit"
  | "refresh"
  | "up"
  | "down"
  | "pageUp"
  | "pageDown"
  | "home"
  | "end"
  | "open"
  | "back"
  | "sort"
  | "filter"
  | "help";

/** The part of a terminal's input that is read. */
export type KeyInput = Pick<
  NodeJS.ReadStream,
  "isTTY" | "setRawMode" | "on" | "off" | "resume" | "pause"
>;

/** A key with a name of its own is sent as an escape sequence; the escape key is its beginning alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how terminals send them
const oneKey = /\x1b(?:\[[\d;]*[A-Za-z~]|O[A-Z])|[\s\S]/g;

const actions: Readonly<Record<string, KeyAction>> = {
  q: "quit",
  "\x03": "quit",
  "\x04": "quit",
  r: "refresh",
  " ": "refresh",
  k: "up",
  "\x1b[A": "up",
  "\x1bOA": "up",
  j: "down",
  "\x1b[B": "down",
  "\x1bOB": "down",
  "\x1b[5~": "pageUp",
  "\x1b[6~": "pageDown",
  g: "home",
  "\x1b[H": "home",
  "\x1bOH": "home",
  "\x1b[1~": "home",
  G: "end",
  "\x1b[F": "end",
  "\x1bOF": "end",
  "\x1b[4~": "end",
  "\r": "open",
  "\n": "open",
  "\x1b": "back",
  "\x7f": "back",
  s: "sort",
  f: "filter",
  "?": "help",
  h: "help",
};

/** What the keys do, for a person. */
export const keysText: readonly (readonly [keys: string, what: string])[] = [
  ["↑ ↓ j k", "the pool above, below"],
  ["PgUp PgDn", "a page up, down"],
  ["g G", "the first, the last"],
  ["enter", "the pool's members"],
  ["esc", "back"],
  ["s", "sort by trouble, load or name"],
  ["f", "only what isn't ok"],
  ["r", "measure now"],
  ["q", "quit"],
];

/**
 * Reads keys without waiting for the return key, and without showing them. In that mode Ctrl-C is
 * a character like any other. The function returned stops it.
 */
export function readKeys(input: KeyInput, act: (action: KeyAction) => void): () => void {
  if (!input.isTTY) return () => {};
  const read = (chunk: Buffer) => {
    for (const key of chunk.toString().match(oneKey) ?? []) {
      const action = actions[key];
      if (action !== undefined) act(action);
    }
  };
  input.setRawMode(true);
  input.on("data", read);
  input.resume();
  return () => {
    input.off("data", read);
    input.setRawMode(false);
    input.pause();
  };
}
