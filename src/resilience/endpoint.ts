import { setTimeout as delay } from "node:timers/promises";
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
import { stopwatch } from "../stopwatch.ts";
import type { CallLimit } from "./call-limit.ts";
import { CircuitBreaker, type CircuitState } from "./circuit-breaker.ts";
import { limitTime } from "./time-limit.ts";

export interface EndpointOptions {
  /** What errors, logs and the health check call it: `Monitoring in us-ashburn-1`. */
  readonly name: string;
  readonly limit: CallLimit;
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
/** Whoever is healthy has answered by then, as a rule. */
const shortestAttemptMs = 2_000;
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
  readonly #limit: CallLimit;
  #called = false;
  readonly #now: () => Date;

  constructor({ name, limit, now }: EndpointOptions) {
    this.name = name;
    this.#now = now;
    this.#breaker = new CircuitBreaker(now);
    this.#limit = limit;
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
   * A try that isn't the last leaves time to ask again when an answer got lost, as on a connection
   * that died while the container was frozen.
   * `send` rejects with a UtilizationError, and is to stop when its signal aborts. `operation` is what
   * the invocation remembers the call by.
   * @throws CircuitOpenError, DeadlineExceededError, or what the last `send` threw.
   */
  async call<T>(
    invocation: Invocation,
    send: (signal: AbortSignal) => Promise<T>,
    operation: string,
  ): Promise<T> {
    const startedAt = this.#now();
    const durationMs = stopwatch();
    let tries = 0;
    const over = (error?: unknown) =>
      invocation.remember({
        endpoint: this.name,
        operation,
        startedAt,
        durationMs: durationMs(),
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
    let failed: UtilizationError | undefined;
    const attempt = async (attemptNumber: number) => {
      if (failed !== undefined) await this.#waitAsAsked(failed, invocation);
      try {
        return await this.#attempt(invocation, attemptNumber > retries, send);
      } catch (error) {
        // Why the circuit opened says more than that it did.
        if (error instanceof CircuitOpenError) throw failed ?? error;
        if (error instanceof UtilizationError) failed = error;
        throw error;
      }
    };
    return pRetry(attempt, {
      retries,
      minTimeout: backoffMs,
      randomize: true,
      signal: invocation.signal,
      shouldRetry: (context) => this.#isWorthATry(context, invocation),
    });
  }

  async #attempt<T>(
    invocation: Invocation,
    last: boolean,
    send: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    await this.#enter(invocation);
    let began = this.#breaker.moment;
    const ask = async () => {
      // Others may have failed while this one was waiting for its turn.
      if (this.#isOpen) throw this.#open();
      this.#called = true;
      began = this.#breaker.moment;
      invocation.usage.calls += 1;
      const limitMs = last ? longestAttemptMs : attemptMs(invocation);
      return limitTime(send, invocation, limitMs, () => this.#silent(limitMs));
    };
    try {
      const value = await this.#limit.run(ask, invocation.signal);
      this.#breaker.report("success", began);
      return value;
    } catch (error) {
      this.#breaker.report(verdictOf(error), began);
      throw error;
    }
  }

  async #enter(invocation: Invocation): Promise<void> {
    for (;;) {
      const admission = this.#breaker.enter();
      if (admission === "yes") return;
      if (admission === "no") throw this.#open();
      await invocation.inTime(admission);
    }
  }

  get #isOpen(): boolean {
    return this.#breaker.state().state === "open";
  }

  #open(): CircuitOpenError {
    const { consecutiveFailures, retryAt } = this.#breaker.state();
    return new CircuitOpenError(
      `${this.name} failed ${consecutiveFailures} times in a row and is not asked before ${retryAt}.`,
    );
  }

  #silent(limitMs: number): SourceUnavailableError {
    const text = `${this.name} did not answer within ${(limitMs / 1000).toFixed(1)} s.`;
    return new SourceUnavailableError(text, { transient: true, hint: silenceHint });
  }

  /** Not when the service asks for more patience than there is time. */
  #isWorthATry({ error, attemptNumber }: RetryContext, invocation: Invocation): boolean {
    if (!(error instanceof UtilizationError) || this.#isOpen) return false;
    if (!error.transient && !(error instanceof ThrottledError)) return false;
    const longestBackoffMs = backoffMs * 2 ** attemptNumber;
    return (error.retryAfterMs ?? 0) + longestBackoffMs < invocation.remainingMs();
  }

  async #waitAsAsked(
    { message, retryAfterMs }: UtilizationError,
    { usage, logger, signal }: Invocation,
  ): Promise<void> {
    usage.retries += 1;
    logger.debug("Trying again", { endpoint: this.name, reason: message });
    if (retryAfterMs === undefined) return;
    await delay(retryAfterMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Half of the time that is left; but where that is short, an answer may well take all of it. */
function attemptMs(invocation: Invocation): number {
  const halfMs = invocation.remainingMs() / 2;
  return halfMs < shortestAttemptMs ? longestAttemptMs : Math.min(longestAttemptMs, halfMs);
}

/** Any answer shows that somebody is there, if only to say no. */
function verdictOf(error: unknown): "success" | "failure" | "unknown" {
  if (error instanceof DeadlineExceededError || error instanceof CircuitOpenError) return "unknown";
  return error instanceof UtilizationError && error.transient ? "failure" : "success";
}
