import { isLarge } from "../heap.ts";
import type { KeysOf } from "./log-messages.ts";

/**
 * The body of a call as log keys. One that is not JSON is not shown: without names, nobody can tell
 * what of it is a credential. Nor is a large one: a line has room for little of it, and memory is
 * short of parsing it twice.
 */
export function readableEvent(body: Uint8Array): KeysOf<"Event received"> {
  const keys = { event_bytes: body.length };
  if (isLarge(body)) return keys;
  try {
    return { event: JSON.parse(new TextDecoder().decode(body)), ...keys };
  } catch {
    return keys;
  }
}
