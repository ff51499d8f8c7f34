import type { Invocation } from "../invocation.ts";
import type { EndpointState } from "../resilience/endpoint.ts";
import type { Call } from "../triggers/trigger.ts";
import { type FunctionMetricsOptions, postFunctionMetrics } from "./function-metrics.ts";
import type { InvocationSummary } from "./invocation-summary.ts";
import { spansOf } from "./spans.ts";
import { TraceCollector } from "./trace-collector.ts";

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
    return this.#collector === undefined ? [] : [this.#collector.endpoint.state];
  }

  /** Posts metrics and spans, whatever is wanted. It never throws: what fails is logged. */
  async report(summary: InvocationSummary, invocation: Invocation, call: Call): Promise<void> {
    const metrics = this.#metrics;
    const { trace } = call;
    // As they are now: what is posted about the invocation is no part of it.
    const usage = { ...invocation.usage };
    const postMetrics = async (reporting: Invocation) =>
      metrics && postFunctionMetrics(summary, usage, metrics, reporting);
    const postSpans = async (reporting: Invocation) => {
      if (trace === undefined) return;
      const id = call.header("fn-call-id");
      const spans = spansOf(summary, usage, invocation.outgoing, trace, id);
      this.#collector ??= new TraceCollector(trace.collectorUrl, this.#now);
      await this.#collector.post(spans, reporting);
    };
    await invocation.afterwards(limitMs, async (reporting) => {
      const posts = [postMetrics, postSpans].map((post) => reporting.inTime(post(reporting)));
      for (const post of await Promise.allSettled(posts)) {
        if (post.status === "fulfilled") continue;
        const { reason } = post;
        const message = reason instanceof Error ? reason.message : "no reason given";
        invocation.logger.warn("Telemetry failed", { reason: message });
      }
    });
  }
}
