import { hasMoreValues, maximumRequestValues } from "../json-size.ts";
import type { KeysOf } from "./log-messages.ts";

/**
 * The body of a call as log keys. One that is not JSON is not shown: without names, nobody can tell
 * what of it is a credential. Nor is one that is too much to be parsed.
 */
export function readableEvent(body: Uint8Array): KeysOf<"Event received"> {
  const keys = { event_bytes: body.length };
  if (hasMoreValues(body, maximumRequestValues)) return keys;
  try {
    return { event: JSON.parse(new TextDecoder().decode(body)), ...keys };
  } catch {
    return keys;
  }
}
