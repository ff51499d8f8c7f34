import { atProcessEnd } from "../fn-agent/at-process-end.ts";
import type { AnyDocument } from "./render/document.ts";
import { renderDocument } from "./render/document.ts";
import { renderSight } from "./render/sight.ts";
import { Screen } from "./screen.ts";
import { type PageStream, pageOf, windowOf } from "./terminal-page.ts";
import type { Sight } from "./watch.ts";

/** Where `--watch` shows what it sees. */
export interface Display {
  show(sight: Sight): void;
  close(): void;
}

export type WindowStream = PageStream &
  Pick<NodeJS.WriteStream, "write"> & {
    on(event: "resize", listener: () => void): unknown;
    off(event: "resize", listener: () => void): unknown;
  };

/** How often the seconds that pass are shown, in milliseconds. */
const tickMs = 1_000;

/** A whole terminal, drawn anew whenever something changes; the last table stays on it. */
export function windowDisplay(output: WindowStream, seconds: number, now: () => number): Display {
  const screen = new Screen(output);
  let last: Sight | undefined;
  const draw = () => {
    if (last !== undefined) screen.draw(renderSight(last, seconds, now(), windowOf(output)));
  };
  const ticking = setInterval(draw, tickMs);
  output.on("resize", draw);
  const forget = atProcessEnd(() => screen.close());
  return {
    show(sight) {
      last = sight;
      draw();
    },
    close() {
      clearInterval(ticking);
      output.off("resize", draw);
      screen.close();
      forget();
      if (last?.document === undefined) return;
      const lines = renderDocument(last.document, pageOf(output));
      output.write(`${lines.join("\n")}\n`);
    },
  };
}

/** A file or a pipe, to which every document is written once, and every failure told. */
export function streamDisplay(
  write: (document: AnyDocument) => void,
  tell: (failure: string) => void,
): Display {
  return {
    show({ document, failure, askedAt }) {
      if (askedAt !== undefined) return;
      if (failure !== undefined) tell(failure);
      else if (document !== undefined) write(document);
    },
    close() {},
  };
}
