import { setTimeout as delay } from "node:timers/promises";
import type PQueue from "p-queue";
import pRetry, { type RetryContext } from "p-retry";
import {
  CircuitOpenError,
  DeadlineExceededError,
  SourceUnavailableError,
  ThrottledError,
  toUtilizationError,
  UtilizationError,
} from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { CircuitBreaker, type CircuitState } from "./circuit-breaker.ts";

export interface EndpointOptions {
  /** What errors, logs and the health check call it: `Monitoring in us-ashburn-1`. */
  readonly name: string;
  /** How many requests it gets at once, and in a second; endpoints may share one. */
  readonly queue: PQueue;
  readonly now: () => Date;
}

/** An endpoint's circuit, as the health check tells it. */
export interface EndpointState extends CircuitState {
  readonly name: string;
}

const retries = 2;
/** Before the first retry, and twice as long before the second; each up to twice that, at random. */
const backoffMs = 150;
const longestAttemptMs = 30_000;
/** What a person needs to know of an endpoint that says nothing. */
export const silenceHint =
  "No answer at all is how a missing route or a closed port looks: OCI's services need a service gateway or NAT, Prometheus a port that is open to the function's subnet.";

/**
 * One endpoint of a service, for as long as the process lives: how many calls it gets at once, how
 * often a call is tried, and whether it is called at all. What is called only reads, or adds a
 * point or a span that may be there twice without harm, so trying again is always safe.
 */
export class Endpoint {
  readonly name: string;
  readonly #breaker: CircuitBreaker;
  readonly #queue: PQueue;
  #called = false;
  readonly #now: () => Date;

  constructor({ name, queue, now }: EndpointOptions) {
    this.name = name;
    this.#now = now;
    this.#breaker = new CircuitBreaker(now);
    this.#queue = queue;
  }

  /** Whether it was ever called. */
  get called(): boolean {
    return this.#called;
  }

  get state(): EndpointState {
    return { name: this.name, ...this.#breaker.state() };
  }

  /**
   * Makes a call, and once or twice more if it fails in a way that may pass, within the deadline.
   * Each try has its share of the time that remains, so that an answer that got lost, as on a
   * connection that died while the container was frozen, leaves time to ask again.
   * `send` rejects with a UtilizationError, and soon after its signal aborts. `operation` is what
   * the invocation remembers the call by.
   * @throws CircuitOpenError, DeadlineExceededError, or what the last `send` threw.
   */
  async call<T>(
    invocation: Invocation,
    send: (signal: AbortSignal) => Promise<T>,
    operation: string,
  ): Promise<T> {
    const startedAt = this.#now();
    const start = performance.now();
    let tries = 0;
    const over = (error?: unknown) =>
      invocation.remember({
        endpoint: this.name,
        operation,
        startedAt,
        durationMs: performance.now() - start,
        retries: Math.max(0, tries - 1),
        error: error === undefined ? undefined : toUtilizationError(error).code,
      });
    const counted = (signal: AbortSignal) => {
      tries += 1;
      return send(signal);
    };
    try {
      const value = await this.#callAgain(invocation, counted);
      over();
      return value;
    } catch (error) {
      over(error);
      throw error;
    }
  }

  async #callAgain<T>(
    invocation: Invocation,
    send: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    let lastError: unknown;
    const attempt = async (attemptNumber: number) => {
      const triesLeft = retries + 2 - attemptNumber;
      // The last is cut off by the deadline itself, which is then what the caller is told.
      const shareMs = triesLeft === 1 ? longestAttemptMs : invocation.remainingMs() / triesLeft;
      try {
        return await this.#attempt(invocation, Math.min(shareMs, longestAttemptMs), send);
      } catch (error) {
        // Why the circuit opened says more than that it did.
        const known = error instanceof CircuitOpenError ? (lastError ?? error) : error;
        lastError = error;
        throw known;
      }
    };
    return pRetry(attempt, {
      retries,
      minTimeout: backoffMs,
      randomize: true,
      signal: invocation.signal,
      shouldRetry: ({ error }) => this.#isWorthATry(error, invocation),
      onFailedAttempt: (context) => this.#waitAsAsked(context, invocation),
    });
  }

  async #attempt<T>(
    invocation: Invocation,
    limitMs: number,
    send: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.#refuseIfOpen();
    return this.#queue.add(
      async () => {
        await this.#enter(invocation);
        this.#called = true;
        invocation.usage.calls += 1;
        try {
          const value = await this.#inTime(invocation, limitMs, send);
          this.#breaker.report("success");
          return value;
        } catch (error) {
          this.#breaker.report(verdictOf(error));
          throw error;
        }
      },
      { signal: invocation.signal },
    );
  }

  async #enter(invocation: Invocation): Promise<void> {
    for (;;) {
      const admission = this.#breaker.enter();
      if (admission === "yes") return;
      if (admission === "no") throw this.#open();
      await invocation.inTime(admission);
    }
  }

  /** Who would be refused in the end needn't wait for it in the queue. */
  #refuseIfOpen(): void {
    if (this.#breaker.state().state === "open") throw this.#open();
  }

  #open(): CircuitOpenError {
    const { consecutiveFailures, retryAt } = this.#breaker.state();
    return new CircuitOpenError(
      `${this.name} failed ${consecutiveFailures} times in a row and is not asked before ${retryAt}.`,
    );
  }

  async #inTime<T>(
    { signal }: Invocation,
    limitMs: number,
    send: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const controller = new AbortController();
    const follow = () => controller.abort(signal.reason);
    signal.addEventListener("abort", follow, { once: true });
    const timer = setTimeout(() => {
      const text = `${this.name} did not answer within ${(limitMs / 1000).toFixed(1)} s.`;
      controller.abort(new SourceUnavailableError(text, { transient: true, hint: silenceHint }));
    }, limitMs);
    try {
      return await send(controller.signal);
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", follow);
    }
  }

  /** Not when the service asks for more patience than there is time. */
  #isWorthATry(error: Error, invocation: Invocation): boolean {
    if (!(error instanceof UtilizationError) || this.#breaker.state().state === "open")
      return false;
    if (!error.transient && !(error instanceof ThrottledError)) return false;
    return (error.retryAfterMs ?? 0) + 2 * backoffMs < invocation.remainingMs();
  }

  async #waitAsAsked({ error, retriesLeft }: RetryContext, invocation: Invocation): Promise<void> {
    if (retriesLeft === 0 || !this.#isWorthATry(error, invocation)) return;
    invocation.usage.retries += 1;
    invocation.logger.debug("Trying again", { endpoint: this.name, reason: error.message });
    if (!(error instanceof UtilizationError) || error.retryAfterMs === undefined) return;
    await delay(error.retryAfterMs, undefined, { signal: invocation.signal }).catch(() => {
      invocation.signal.throwIfAborted();
    });
  }
}

/** Any answer shows that somebody is there, if only to say no. */
function verdictOf(error: unknown): "success" | "failure" | "unknown" {
  if (error instanceof DeadlineExceededError) return "unknown";
  return error instanceof UtilizationError && error.transient ? "failure" : "success";
}
