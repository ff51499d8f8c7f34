import type { IncomingMessage } from "node:http";
import { urlToHttpOptions } from "node:url";
import { InvalidRequestError, SourceUnavailableError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { type Agents, agentOf, agentsFor } from "../network/agents.ts";
import { describeNetworkFailure } from "../network/network-failure.ts";
import { send } from "../network/send.ts";
import { CallLimit } from "../resilience/call-limit.ts";
import { Endpoint, type EndpointState } from "../resilience/endpoint.ts";

/**
 * Takes spans, as OCI APM does at the URL that Functions names. That URL holds the key of the APM
 * domain: nothing of it but the host is ever told.
 */
export class TraceCollector {
  readonly #url: URL;
  readonly #agents: Agents;
  readonly #endpoint: Endpoint;

  /** @throws InvalidRequestError when the URL is none. */
  constructor(url: string, now: () => Date) {
    if (!/^https?:/.test(url) || !URL.canParse(url)) {
      throw new InvalidRequestError("OCI_TRACE_COLLECTOR_URL is not an http(s) URL.");
    }
    this.#url = new URL(url);
    this.#agents = agentsFor(url);
    const name = `Trace collector (${this.#url.host})`;
    this.#endpoint = new Endpoint({ name, limit: new CallLimit({ concurrency: 1 }), now });
  }

  get state(): EndpointState {
    return this.#endpoint.state;
  }

  /** @throws SourceUnavailableError, CircuitOpenError or DeadlineExceededError. */
  async post(spans: readonly object[], invocation: Invocation): Promise<void> {
    const body = JSON.stringify(spans);
    await this.#endpoint.call(invocation, (signal) => this.#send(body, signal), "PostSpans");
  }

  async #send(body: string, signal: AbortSignal): Promise<void> {
    let status: number;
    try {
      status = await this.#exchange(body, signal);
    } catch (error) {
      const { reason, transient } = describeNetworkFailure(error);
      const message = `${this.#endpoint.name} can't be reached: ${reason}`;
      throw new SourceUnavailableError(message, { transient });
    }
    if (status >= 200 && status < 300) return;
    const message = `${this.#endpoint.name} answered ${status}`;
    throw new SourceUnavailableError(message, { transient: status === 429 || status >= 500 });
  }

  /** The status of the answer; what it says is nothing to us. */
  #exchange(body: string, signal: AbortSignal): Promise<number> {
    const options = {
      ...urlToHttpOptions(this.#url),
      method: "POST",
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      agent: agentOf(this.#url, this.#agents),
      signal,
    };
    return new Promise((resolve, reject) => {
      const answered = (incoming: IncomingMessage) => {
        incoming.on("error", reject).on("end", () => resolve(incoming.statusCode ?? 0));
        incoming.resume();
      };
      const outgoing = send(options, answered);
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}
