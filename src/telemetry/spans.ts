import { randomBytes } from "node:crypto";
import type { OutgoingCall, Usage } from "../invocation.ts";
import type { TraceContext } from "../triggers/trace-context.ts";
import type { InvocationSummary } from "./invocation-summary.ts";

/**
 * Spans of Zipkin's API, version 2, which OCI APM takes: one for the invocation, and below it one for each
 * call that it made. They hold names, codes and counts: no text that others wrote, which could quote a
 * query or a credential.
 */
export function spansOf(
  { startedAt, durationMs, trigger, status, coverage }: InvocationSummary,
  { calls, retries }: Usage,
  outgoing: readonly OutgoingCall[],
  { traceId, parentId, serviceName }: TraceContext,
  callId: string | undefined,
): readonly object[] {
  const id = newSpanId();
  const own = { traceId, localEndpoint: { serviceName } };
  const error = status === "failed" ? "failed" : undefined;
  const whole = {
    ...{ ...own, id, parentId, name: "invocation", kind: "SERVER" },
    ...timeOf(startedAt, durationMs),
    tags: tagsOf({ trigger, status, call_id: callId, calls, retries, coverage, error }),
  };
  const parts = outgoing.map((call) => ({
    ...{ ...own, id: newSpanId(), parentId: id, name: call.operation, kind: "CLIENT" },
    ...timeOf(call.startedAt, call.durationMs),
    remoteEndpoint: { serviceName: call.endpoint },
    tags: tagsOf({ status: call.error ?? "ok", retries: call.retries, error: call.error }),
  }));
  return [whole, ...parts];
}

function newSpanId(): string {
  return randomBytes(8).toString("hex");
}

/** In microseconds, at least one. */
function timeOf(start: Date, durationMs: number) {
  return { timestamp: start.getTime() * 1_000, duration: Math.max(1, durationMs * 1_000) };
}

/** Texts all; one called `error`, whatever it says, is what marks a span as failed. */
function tagsOf(tags: Readonly<Record<string, string | number | null | undefined>>) {
  const known = Object.entries(tags).filter(([, value]) => value != null);
  return Object.fromEntries(known.map(([key, value]) => [key, String(value)]));
}
