import type { PoolResult } from "../../src/result/result-document.ts";
import { atProcessEnd } from "../fn-agent/at-process-end.ts";
import type { KeyAction } from "./keyboard.ts";
import type { AnyDocument } from "./render/document.ts";
import { renderDocument } from "./render/document.ts";
import { heading } from "./render/heading.ts";
import { recentWidth } from "./render/pool-table.ts";
import { renderWatch, rowsOf } from "./render/watch-page.ts";
import { Screen } from "./screen.ts";
import { type PageStream, pageOf, windowOf } from "./terminal-page.ts";
import { firstView, keyOf, pressed } from "./view.ts";
import type { Sight } from "./watch.ts";

/** Where `--watch` shows what it sees. */
export interface Display {
  show(sight: Sight): void;
  /** A key that is about what is shown. */
  press(action: KeyAction): void;
  close(): void;
}

export type WindowStream = PageStream &
  Pick<NodeJS.WriteStream, "write"> & {
    on(event: "resize", listener: () => void): unknown;
    off(event: "resize", listener: () => void): unknown;
  };

export interface WindowOptions {
  readonly seconds: number;
  /** Who signs, for the heading. */
  readonly signer: string;
  readonly now: () => number;
}

/** How often the seconds that pass are shown, in milliseconds. */
const tickMs = 1_000;

/** A whole terminal, drawn anew whenever something changes; the last table stays on it. */
export function windowDisplay(output: WindowStream, options: WindowOptions): Display {
  const { seconds, signer, now } = options;
  const screen = new Screen(output);
  const history = new History();
  let view = firstView;
  let last: Sight | undefined;
  const draw = () => {
    if (last === undefined) return;
    const watching = { seconds, signer, view, recent: (pool: PoolResult) => history.of(pool) };
    screen.draw(renderWatch(last, watching, now(), windowOf(output)));
  };
  const ticking = setInterval(draw, tickMs);
  output.on("resize", draw);
  const forget = atProcessEnd(() => screen.close());
  return {
    show(sight) {
      if (sight.document !== last?.document) history.add(sight.document);
      last = sight;
      draw();
    },
    press(action) {
      view = pressed(view, action, poolsOf(last?.document), rowsOf(windowOf(output)));
      draw();
    },
    close() {
      clearInterval(ticking);
      output.off("resize", draw);
      screen.close();
      forget();
      if (last?.document === undefined) return;
      const page = pageOf(output);
      const { document } = last;
      const lines = [...heading(document, signer, page), ...renderDocument(document, page)];
      output.write(`${lines.join("\n")}\n`);
    },
  };
}

/** The CPU averages of each pool that were measured while it was watched, percent. */
class History {
  readonly #byPool = new Map<string, (number | null)[]>();

  add(document: AnyDocument | undefined): void {
    for (const pool of poolsOf(document)) {
      const values = this.#byPool.get(keyOf(pool)) ?? [];
      values.push(pool.cpu.average);
      this.#byPool.set(keyOf(pool), values.slice(-recentWidth));
    }
  }

  of(pool: PoolResult): readonly (number | null)[] {
    return this.#byPool.get(keyOf(pool)) ?? [];
  }
}

function poolsOf(document: AnyDocument | undefined): readonly PoolResult[] {
  return document !== undefined && "pools" in document ? document.pools : [];
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
    press() {},
    close() {},
  };
}
