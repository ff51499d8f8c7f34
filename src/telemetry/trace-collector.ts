import type { Agent, IncomingMessage } from "node:http";
import { InvalidRequestError, SourceUnavailableError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { agentFor } from "../network/agents.ts";
import { describeNetworkFailure } from "../network/network-failure.ts";
import { exchange } from "../network/send.ts";
import { CallLimit } from "../resilience/call-limit.ts";
import { Endpoint } from "../resilience/endpoint.ts";

/**
 * Takes spans, as OCI APM does at the URL that Functions names. That URL holds the key of the APM
 * domain: nothing of it but the host is ever told.
 */
export class TraceCollector {
  readonly endpoint: Endpoint;
  readonly #url: URL;
  readonly #agent: Agent;

  /** @throws InvalidRequestError when the URL is none. */
  constructor(url: string, now: () => Date) {
    if (!/^https?:/.test(url) || !URL.canParse(url)) {
      throw new InvalidRequestError("OCI_TRACE_COLLECTOR_URL is not an http(s) URL.");
    }
    this.#url = new URL(url);
    this.#agent = agentFor(this.#url);
    this.endpoint = new Endpoint({
      name: `Trace collector (${this.#url.host})`,
      limit: new CallLimit({ concurrency: 1 }),
      now,
      silenceHint: "Is the collector of the application's traces there?",
    });
  }

  /** @throws SourceUnavailableError, CircuitOpenError or DeadlineExceededError. */
  async post(spans: readonly object[], invocation: Invocation): Promise<void> {
    const body = JSON.stringify(spans);
    await this.endpoint.call(invocation, (signal) => this.#send(body, signal), "PostSpans");
  }

  async #send(body: string, signal: AbortSignal): Promise<void> {
    const { name } = this.endpoint;
    const headers = { "content-type": "application/json" };
    const options = { method: "POST", headers, body, agent: this.#agent, signal };
    const status = await exchange(this.#url, options, statusOf).catch((error) => {
      const { reason, transient } = describeNetworkFailure(error);
      throw new SourceUnavailableError(`${name} can't be reached: ${reason}`, { transient });
    });
    if (status >= 200 && status < 300) return;
    const transient = status === 429 || status >= 500;
    throw new SourceUnavailableError(`${name} answered ${status}`, { transient });
  }
}

async function statusOf(incoming: IncomingMessage): Promise<number> {
  // What it says is nothing to us; that all of it came is.
  for await (const _ of incoming);
  return incoming.statusCode ?? 0;
}
