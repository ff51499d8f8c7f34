import { InvalidRequestError } from "../errors.ts";
import { hasMoreValues, maximumRequestValues } from "../json-size.ts";
import { readAlarm } from "./alarm.ts";
import { readConnectorHubBatch } from "./connector-hub.ts";
import { readEvent } from "./event.ts";
import { readHttpCall } from "./http.ts";
import type { Call, Trigger } from "./trigger.ts";

/** Tells who called: by headers for HTTP, by content for all others. It never throws. */
export function recognizeTrigger(bytes: Uint8Array, call: Call): Trigger {
  const parsed = parseBody(bytes);
  const body = () => {
    if ("error" in parsed) throw parsed.error;
    return parsed.value;
  };
  const content = "error" in parsed ? undefined : parsed.value;
  return (
    readHttpCall(body, call) ??
    readEvent(content) ??
    readAlarm(content, call) ??
    readConnectorHubBatch(content) ?? { name: "direct", toRequest: body }
  );
}

/**
 * The body as JSON by its content, whatever its type says; undefined when there is none. The FDK's
 * own JSON mode hands malformed JSON on as a string, and breaks UTF-8 at the edges of chunks.
 */
function parseBody(
  bytes: Uint8Array,
): { readonly value: unknown } | { readonly error: InvalidRequestError } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    return { error: new InvalidRequestError("The request is not UTF-8 text.", { cause }) };
  }
  if (text.trim() === "") return { value: undefined };
  if (hasMoreValues(bytes, maximumRequestValues)) {
    const message = `The request has over ${maximumRequestValues} values; it can't be about instance pools.`;
    return { error: new InvalidRequestError(message) };
  }
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const position = /position \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    const where = position === undefined ? "" : ` (at ${position})`;
    return { error: new InvalidRequestError(`The request is not JSON${where}.`) };
  }
}
