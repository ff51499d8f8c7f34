import type { Invocation } from "../invocation.ts";
import type { EndpointState } from "../resilience/endpoint.ts";
import type { Call } from "../triggers/trigger.ts";
import { type FunctionMetricsOptions, postFunctionMetrics } from "./function-metrics.ts";
import type { InvocationSummary } from "./invocation-summary.ts";
import { spansOf } from "./spans.ts";
import { TraceCollector } from "./trace-collector.ts";
import type { TraceContext } from "./trace-context.ts";

/** The answer waits for it: the container freezes right after. */
const limitMs = 2_000;

/** Tells of an invocation what it cost and took, to those who asked for that. */
export class Telemetry {
  readonly #metrics: FunctionMetricsOptions | undefined;
  readonly #now: () => Date;
  #collector: TraceCollector | undefined;

  /** @param metrics undefined: no metrics of the function's own are posted */
  constructor(metrics: FunctionMetricsOptions | undefined, now: () => Date) {
    this.#metrics = metrics;
    this.#now = now;
  }

  /** Of the trace collector; Monitoring's are among those of OCI. */
  endpointStates(): readonly EndpointState[] {
    return this.#collector === undefined ? [] : [this.#collector.state];
  }

  /** Posts metrics and spans, whatever is wanted. It never throws: what fails is logged. */
  async report(summary: InvocationSummary, invocation: Invocation, call: Call): Promise<void> {
    const metrics = this.#metrics;
    const { trace } = call;
    if (metrics === undefined && trace === undefined) return;
    const reporting = invocation.afterwards(limitMs);
    // As they are now: what is posted about the invocation is no part of it.
    const usage = { ...invocation.usage };
    const tell = async (posting: Promise<void>) => {
      await reporting.inTime(posting).catch((thrown) => {
        const reason = thrown instanceof Error ? thrown.message : "no reason given";
        invocation.logger.warn("Telemetry failed", { reason });
      });
    };
    try {
      await Promise.all([
        metrics && tell(postFunctionMetrics(summary, usage, metrics, reporting)),
        trace && tell(this.#postSpans(summary, trace, invocation, reporting, call)),
      ]);
    } finally {
      reporting.end();
    }
  }

  async #postSpans(
    summary: InvocationSummary,
    trace: TraceContext,
    { usage, outgoing }: Invocation,
    reporting: Invocation,
    call: Call,
  ): Promise<void> {
    const spans = spansOf(summary, usage, outgoing, trace, call.header("fn-call-id"));
    this.#collector ??= new TraceCollector(trace.collectorUrl, this.#now);
    await this.#collector.post(spans, reporting);
  }
}
