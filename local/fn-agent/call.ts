import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type FnResponse, failure, fnResponse } from "./response.ts";

export interface InvokeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** @default a new one */
  readonly callId?: string;
  /** Bytes at a time, a millisecond apart, to see a body arrive in pieces. @default all at once */
  readonly chunkSize?: number;
}

export interface FunctionCall extends InvokeOptions {
  readonly body: Buffer;
  readonly callId: string;
  /** From now to the call's deadline. */
  readonly timeoutMs: number;
  /** From its deadline until the call is given up. */
  readonly graceMs: number;
}

/** What the caller sees of a call, and whether Fn lets the function live after it. */
export interface Outcome {
  readonly response: FnResponse;
  readonly lives: boolean;
}

const hopByHop = /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;
/** Of the caller's headers, what would say how long the body is. */
const length = "content-length";

/** One POST to the function, and what Fn makes of its answer, or of none; doesn't throw. */
export async function callFunction(
  connection: { readonly socketPath: string; readonly agent: Agent },
  call: FunctionCall,
): Promise<Outcome> {
  const { body, callId, chunkSize = body.length, timeoutMs, graceMs } = call;
  const timeout = AbortSignal.timeout(timeoutMs + graceMs);
  const outgoing = request({
    ...connection,
    method: "POST",
    path: "/call",
    headers: functionHeaders(call),
    signal: timeout,
  });
  try {
    const [incoming] = await Promise.all([responseTo(outgoing), send(outgoing, body, chunkSize)]);
    return outcomeOf(incoming, await buffer(incoming), callId);
  } catch {
    const response = timeout.aborted
      ? failure(504, "Timed out", callId)
      : failure(502, "error receiving function response", callId);
    return { response, lives: false };
  }
}

function outcomeOf(incoming: IncomingMessage, body: Buffer, callId: string): Outcome {
  switch (incoming.statusCode) {
    case 200:
      return {
        response: fnResponse(200, callerHeaders(incoming.headers), body, callId),
        lives: true,
      };
    case 502:
      return { response: failure(502, "function failed", callId), lives: true };
    case 504:
      return { response: failure(504, "Timed out", callId), lives: true };
    default:
      return { response: failure(502, "invalid function response", callId), lives: false };
  }
}

function functionHeaders(call: FunctionCall): Record<string, string> {
  const passedOn = Object.entries(call.headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !hopByHop.test(name) && name !== length);
  const deadline = new Date(Date.now() + call.timeoutMs);
  return {
    "user-agent": "fn-agent",
    ...Object.fromEntries(passedOn),
    host: "localhost",
    "accept-encoding": "gzip",
    // Fn passes a body on as it comes, so it doesn't say how long it is.
    "transfer-encoding": "chunked",
    "fn-call-id": call.callId,
    // RFC 3339 in whole seconds, as Go writes it.
    "fn-deadline": deadline.toISOString().replace(/\.\d+Z$/, "Z"),
  };
}

function callerHeaders(incoming: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming)) {
    if (value !== undefined && !hopByHop.test(name)) headers[name] = [value].flat().join(", ");
  }
  return headers;
}

function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once("response", resolve);
    // Not once: a function can die in the middle of its response, too.
    outgoing.on("error", reject);
  });
}

/** Doesn't throw: `responseTo` does. Waits for no "drain": Node 20 loses it after an early answer. */
async function send(outgoing: ClientRequest, body: Buffer, chunkSize: number): Promise<void> {
  let start = 0;
  while (start + chunkSize < body.length && !outgoing.destroyed) {
    outgoing.write(body.subarray(start, start + chunkSize));
    start += chunkSize;
    // Or the next piece would join this one in the socket's buffer.
    await delay(1);
  }
  outgoing.end(body.subarray(start));
}
