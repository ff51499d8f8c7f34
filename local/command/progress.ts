import spinner from "yocto-spinner";

/** Says what takes long, to a person who waits. */
export interface Progress {
  say(text: string): void;
  /** Leaves nothing on the screen; may be called again. */
  end(): void;
}

/** What is done sooner needs no word, in milliseconds. */
const patienceMs = 400;

/** A line that turns, on a terminal; elsewhere it would only be in the way. */
export function createProgress(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet || !stream.isTTY) return { say: () => {}, end: () => {} };
  const line = spinner({ stream });
  let timer: NodeJS.Timeout | undefined;
  return {
    say(text) {
      line.text = `${text} …`;
      timer ??= setTimeout(() => line.start(), patienceMs).unref();
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
      if (line.isSpinning) line.stop();
    },
  };
}
