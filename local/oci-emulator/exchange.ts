import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Answer } from "./routes.ts";
import { ServiceError } from "./service-error.ts";

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON, else the text; undefined when there is none. */
  readonly body: unknown;
  /** "SummarizeMetricsData", "GetInstancePool", "GetVnic" and so on, or "unknown". */
  readonly operation: string;
  readonly status: number;
  /** When its head was there, in ms on this process's monotonic clock (`performance.now()`). */
  readonly receivedAtMs: number;
  /** When it was answered, by the same clock; undefined while the answer is held back. */
  readonly answeredAtMs: number | undefined;
}

const maximumBodyBytes = 1024 * 1024;

/**
 * Keeps the body, if it is within the limit, and reads it to its end in any case: answering in the
 * middle would reset the connection, and the caller might never see the answer.
 */
export async function receive(request: IncomingMessage, received: Buffer[]): Promise<boolean> {
  let bytes = 0;
  for await (const chunk of request) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes <= maximumBodyBytes) received.push(buffer);
  }
  return bytes <= maximumBodyBytes;
}

/** What is answered to a call that is refused, or failed. */
export function refuse(error: unknown): Answer & { readonly status: number } {
  if (error instanceof ServiceError) {
    return { status: error.status, body: { code: error.code, message: error.message } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, body: { code: "InternalError", message } };
}

/** The caller's id comes back as the first part of the service's. */
export function requestId(request: IncomingMessage): string {
  const given = String(request.headers["opc-request-id"]);
  const own = () => randomBytes(16).toString("hex").toUpperCase();
  return [/^[\w-]{1,64}$/.test(given) ? given : own(), own(), own()].join("/");
}

/** Parsed JSON, else the text; undefined when there is none. */
export function readable(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
}
