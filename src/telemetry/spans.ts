import { randomBytes } from "node:crypto";
import type { OutgoingCall, Usage } from "../invocation.ts";
import type { InvocationSummary } from "./invocation-summary.ts";
import type { TraceContext } from "./trace-context.ts";

/** A span of Zipkin's API, version 2, which OCI APM takes. */
interface Span {
  readonly traceId: string;
  readonly id: string;
  readonly parentId: string;
  readonly name: string;
  readonly kind: "SERVER" | "CLIENT";
  /** Epoch microseconds. */
  readonly timestamp: number;
  /** Microseconds, at least one. */
  readonly duration: number;
  readonly localEndpoint: { readonly serviceName: string };
  readonly remoteEndpoint?: { readonly serviceName: string };
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * One span for the invocation, and below it one for each call that it made. They hold names, codes
 * and counts: no text that others wrote, which could quote a query or a credential.
 */
export function spansOf(
  summary: InvocationSummary,
  { calls, retries }: Usage,
  outgoing: readonly OutgoingCall[],
  { traceId, parentId, serviceName }: TraceContext,
  callId: string | undefined,
): readonly Span[] {
  const { trigger, status, startedAt, durationMs, coverage } = summary;
  const localEndpoint = { serviceName };
  const tags = { trigger, status, call_id: callId, calls, retries, coverage };
  const whole: Span = {
    traceId,
    parentId,
    id: newSpanId(),
    name: "invocation",
    kind: "SERVER",
    ...timeOf(startedAt, durationMs),
    localEndpoint,
    tags: { ...textsOf(tags), ...(status === "failed" ? { error: "failed" } : {}) },
  };
  const parts = outgoing.map(
    (call): Span => ({
      traceId,
      parentId: whole.id,
      id: newSpanId(),
      name: call.operation,
      kind: "CLIENT",
      ...timeOf(call.startedAt, call.durationMs),
      localEndpoint,
      remoteEndpoint: { serviceName: call.endpoint },
      // A tag called error, whatever it says, is what marks a span as failed.
      tags: textsOf({ status: call.error ?? "ok", retries: call.retries, error: call.error }),
    }),
  );
  return [whole, ...parts];
}

function newSpanId(): string {
  return randomBytes(8).toString("hex");
}

function timeOf(start: Date, durationMs: number) {
  return {
    timestamp: start.getTime() * 1_000,
    duration: Math.max(1, Math.round(durationMs * 1_000)),
  };
}

function textsOf(tags: Readonly<Record<string, string | number | null | undefined>>) {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => (value == null ? [] : [[key, String(value)]])),
  );
}
