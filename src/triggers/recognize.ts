import { isUtf8 } from "node:buffer";
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
    readConnectorHubBatch(content) ?? {
      name: "direct",
      // Text that Notifications deliver, and Connector Hub's batches of logs.
      isDeliveredAgain: call.header("X-OCI-NS-MessageId") !== undefined || Array.isArray(content),
      toRequest: body,
    }
  );
}

/**
 * The body as JSON by its content, whatever its type says; undefined when there is none. The FDK's
 * own JSON mode hands malformed JSON on as a string, and breaks UTF-8 at the edges of chunks.
 */
function parseBody(
  bytes: Uint8Array,
): { readonly value: unknown } | { readonly error: InvalidRequestError } {
  const text = textOf(bytes);
  release(bytes);
  if (text instanceof InvalidRequestError) return { error: text };
  if (text.trim() === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const position = /position \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    const where = position === undefined ? "" : ` (at ${position})`;
    return { error: new InvalidRequestError(`The request is not JSON${where}.`) };
  }
}

/** OCI's own limit. */
const maximumBodyBytes = 6 * 1024 * 1024;

/** The text of a body that there is memory to parse. */
function textOf(bytes: Uint8Array): string | InvalidRequestError {
  if (bytes.length > maximumBodyBytes) return new InvalidRequestError("The request has over 6 MB.");
  if (hasMoreValues(bytes, maximumRequestValues)) {
    const message = `The request has over ${maximumRequestValues} values; it can't be about instance pools.`;
    return new InvalidRequestError(message);
  }
  if (!isUtf8(bytes)) return new InvalidRequestError("The request is not UTF-8 text.");
  return new TextDecoder().decode(bytes);
}

/** Gives back the memory of a body, which the FDK would keep until the heap is cleaned. */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.resizable) buffer.resize(0);
}
