/** What the keys that count do. */
export interface KeyActions {
  readonly quit: () => void;
  readonly refresh: () => void;
}

/** The part of a terminal's input that is read. */
export type KeyInput = Pick<
  NodeJS.ReadStream,
  "isTTY" | "setRawMode" | "on" | "off" | "resume" | "pause"
>;

/**
 * Reads keys without waiting for the return key, and without showing them. In that mode Ctrl-C is
 * a character like any other. The function returned stops it.
 */
export function readKeys(input: KeyInput, { quit, refresh }: KeyActions): () => void {
  if (!input.isTTY) return () => {};
  const read = (chunk: Buffer) => {
    for (const key of chunk.toString()) {
      if (key === "q" || key === "\x03" || key === "\x04") quit();
      if (key === "r" || key === " ") refresh();
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
