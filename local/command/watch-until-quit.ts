import { EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Display } from "./display.ts";
import { type KeyInput, readKeys } from "./keyboard.ts";
import type { AnyDocument } from "./render/document.ts";
import { type Sight, watch } from "./watch.ts";

const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Watches until a signal, or a key if there is an `input`; returns what was seen last. */
export async function watchUntilQuit(
  seconds: number,
  ask: () => Promise<AnyDocument>,
  display: Display,
  input: KeyInput | undefined,
): Promise<Sight> {
  const end = new AbortController();
  const quit = () => end.abort();
  const keys = new EventEmitter();
  const stopKeys =
    input &&
    readKeys(input, (action) => {
      if (action === "quit") quit();
      else if (action === "refresh") keys.emit("refresh");
      else display.press(action);
    });
  for (const signal of endSignals) process.on(signal, quit);
  try {
    return await watch({
      seconds,
      ask,
      show: (sight) => display.show(sight),
      pause: (milliseconds) => pauseUntil(milliseconds, keys, end.signal),
      now: Date.now,
      signal: end.signal,
    });
  } finally {
    for (const signal of endSignals) process.off(signal, quit);
    stopKeys?.();
    display.close();
  }
}

/** Resolves after the time, at a "refresh", or when it is to end. */
async function pauseUntil(milliseconds: number, keys: EventEmitter, end: AbortSignal) {
  const over = new AbortController();
  const signal = AbortSignal.any([end, over.signal]);
  const waits = [delay(milliseconds, undefined, { signal }), once(keys, "refresh", { signal })];
  await Promise.race(waits).catch(() => undefined);
  over.abort();
}
