import { isWindow, type PageStream } from "./terminal-page.ts";

/** Says what takes long, to a person who waits. */
export interface Progress {
  say(text: string): void;
  /** Leaves nothing on the screen; may be called again. */
  end(): void;
}

/** What is done sooner needs no word, in milliseconds. */
const patienceMs = 400;
const tickMs = 1_000;
const emptyLine = "\r\x1b[K";

/** A line with the seconds that pass, on a terminal; elsewhere it would only be in the way. */
export function createProgress(
  stream: PageStream & Pick<NodeJS.WriteStream, "write">,
  quiet: boolean,
): Progress {
  if (quiet || !isWindow(stream)) return { say: () => {}, end: () => {} };
  let text = "";
  let since = 0;
  let waiting: NodeJS.Timeout | undefined;
  let ticking: NodeJS.Timeout | undefined;
  const draw = () => {
    const seconds = Math.round((performance.now() - since) / 1_000);
    const line = `${text} … ${seconds > 0 ? `${seconds} s` : ""}`;
    // A line that is wrapped could not be taken back.
    stream.write(emptyLine + line.slice(0, (stream.columns || line.length + 1) - 1));
  };
  const begin = () => {
    draw();
    ticking = setInterval(draw, tickMs).unref();
  };
  return {
    say(what) {
      text = what;
      since = performance.now();
      if (ticking === undefined) waiting ??= setTimeout(begin, patienceMs).unref();
      else draw();
    },
    end() {
      clearTimeout(waiting);
      clearInterval(ticking);
      if (ticking !== undefined) stream.write(emptyLine);
      waiting = undefined;
      ticking = undefined;
    },
  };
}
