/** The trace that an invocation is part of, and where its spans go. */
export interface TraceContext {
  readonly collectorUrl: string;
  /** 16 or 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of the span that called us: 16 hexadecimal digits. */
  readonly parentId: string;
  readonly serviceName: string;
}

/** What the FDK reads from X-B3-* headers and the application's environment. */
export interface FdkTracingContext {
  /** Whether tracing is switched on in the application. */
  readonly isEnabled: boolean;
  readonly traceCollectorUrl: string | undefined;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly sampled: boolean;
  /** "1": whoever began the trace wants it whole. */
  readonly flags: string | null;
}

/** The trace to continue; undefined when there is none, or it was decided not to record it. */
export function readTraceContext(
  { isEnabled, traceCollectorUrl, traceId, spanId, sampled, flags }: FdkTracingContext,
  serviceName: string,
): TraceContext | undefined {
  if (!isEnabled || !traceCollectorUrl || !(sampled || flags === "1")) return undefined;
  if (!/^([0-9a-f]{16}){1,2}$/i.test(traceId ?? "") || !/^[0-9a-f]{16}$/i.test(spanId ?? "")) {
    return undefined;
  }
  return {
    collectorUrl: traceCollectorUrl,
    traceId: String(traceId).toLowerCase(),
    parentId: String(spanId).toLowerCase(),
    serviceName,
  };
}
