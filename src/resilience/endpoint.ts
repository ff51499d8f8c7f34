import pRetry, { type RetryContext } from "p-retry";
import {
  CircuitOpenError,
  DeadlineExceededError,
  type ErrorCode,
  SourceUnavailableError,
  ThrottledError,
  toUtilizationError,
  UtilizationError,
} from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { stopwatch } from "../stopwatch.ts";
import type { CallLimit } from "./call-limit.ts";
import { CircuitBreaker, type CircuitState } from "./circuit-breaker.ts";

export interface EndpointOptions {
  /** What errors, logs and the health check call it: `Monitoring in us-ashburn-1`. */
  readonly name: string;
  readonly limit: CallLimit;
  readonly now: () => Date;
  /** What a person is to look at when it says nothing. */
  readonly silenceHint: string;
}

/** An endpoint's circuit, as the health check tells it. */
export interface EndpointState extends CircuitState {
  readonly name: string;
}

/** Makes a call; it rejects with a UtilizationError, and is to stop when the signal aborts. */
type Send<T> = (signal: AbortSignal) => Promise<T>;

const mostRetries = 2;
/** Before the first retry, and twice as long before the second; each up to twice that, at random. */
const backoffMs = 150;
const longestAttemptMs = 30_000;
/** Whoever is healthy has answered by then, as a rule. */
const shortestAttemptMs = 2_000;

/**
 * One endpoint of a service, for as long as the process lives: how many calls it gets at once, how
 * often a call is tried, and whether it is called at all. What is called only reads, or adds a
 * point or a span that may be there twice without harm, so trying again is always safe.
 */
export class Endpoint {
  readonly name: string;
  readonly silenceHint: string;
  readonly #breaker: CircuitBreaker;
  readonly #limit: CallLimit;
  readonly #now: () => Date;
  #called = false;

  constructor({ name, limit, now, silenceHint }: EndpointOptions) {
    this.name = name;
    this.silenceHint = silenceHint;
    this.#now = now;
    this.#breaker = new CircuitBreaker(now);
    this.#limit = limit;
  }

  /** Whether it was ever called. */
  get called(): boolean {
    return this.#called;
  }

  get state(): EndpointState {
    return { name: this.name, ...this.#breaker.state };
  }

  /**
   * Makes a call, and once or twice more if it fails in a way that may pass, within the deadline.
   * A try that isn't the last leaves time to ask again when an answer got lost, as on a connection
   * that died while the container was frozen. `operation` is what the invocation remembers the call by.
   * @throws CircuitOpenError, DeadlineExceededError, or what the last `send` threw.
   */
  async call<T>(invocation: Invocation, send: Send<T>, operation: string): Promise<T> {
    const startedAt = this.#now();
    const durationMs = stopwatch();
    const answered = invocation.waitFor(this);
    let retries = 0;
    let failed: UtilizationError | undefined;
    let code: ErrorCode | undefined;
    const shouldRetry = async ({ error, attemptNumber }: RetryContext) => {
      if (!this.#isWorthATry(error, attemptNumber, invocation)) return false;
      failed = error;
      retries += 1;
      invocation.usage.retries += 1;
      invocation.logger.debug("Trying again", { endpoint: this.name, reason: error.message });
      const asked = new Promise((resolve) => setTimeout(resolve, error.retryAfterMs).unref());
      await invocation.inTime(asked);
      return true;
    };
    try {
      const attempt = (number: number) => this.#attempt(invocation, number > mostRetries, send);
      const { signal } = invocation;
      const backoff = { minTimeout: backoffMs, randomize: true };
      return await pRetry(attempt, { retries: mostRetries, ...backoff, signal, shouldRetry });
    } catch (thrown) {
      // Why the circuit opened says more than that it did.
      const error = thrown instanceof CircuitOpenError ? (failed ?? thrown) : thrown;
      code = toUtilizationError(error).code;
      throw error;
    } finally {
      answered();
      const what = { endpoint: this.name, operation, startedAt, durationMs: durationMs() };
      invocation.remember({ ...what, retries, error: code });
    }
  }

  async #attempt<T>(invocation: Invocation, isLast: boolean, send: Send<T>): Promise<T> {
    let began = this.#breaker.moment;
    const ask = async () => {
      // Others may have failed while this one was waiting for its turn.
      this.#throwIfOpen();
      this.#called = true;
      began = this.#breaker.moment;
      invocation.usage.calls += 1;
      const limitMs = isLast ? longestAttemptMs : attemptMs(invocation);
      return invocation.within(
        limitMs,
        ({ signal }) => send(signal),
        () => this.#silent(limitMs),
      );
    };
    this.#throwIfOpen();
    try {
      const value = await this.#limit.run(ask, invocation.signal);
      this.#breaker.report("success", began);
      return value;
    } catch (error) {
      this.#breaker.report(verdictOf(error), began);
      throw error;
    }
  }

  #throwIfOpen(): void {
    const { state } = this;
    if (state.state === "open") throw new CircuitOpenError(whyNotAsked(state));
  }

  #silent(limitMs: number): SourceUnavailableError {
    const text = `${this.name} did not answer within ${(limitMs / 1000).toFixed(1)} s.`;
    return new SourceUnavailableError(text, { transient: true, hint: this.silenceHint });
  }

  /** Not when the service asks for more patience than there is time. */
  #isWorthATry(
    error: Error,
    attemptNumber: number,
    invocation: Invocation,
  ): error is UtilizationError {
    if (!(error instanceof UtilizationError) || this.state.state === "open") return false;
    if (!error.transient && !(error instanceof ThrottledError)) return false;
    const longestBackoffMs = backoffMs * 2 ** attemptNumber;
    return (error.retryAfterMs ?? 0) + longestBackoffMs < invocation.remainingMs();
  }
}

/** What a person is told of an endpoint whose circuit is open. */
export function whyNotAsked({ name, consecutiveFailures, retryAt }: EndpointState): string {
  return `${name} failed ${consecutiveFailures} times in a row and is not asked before ${retryAt}.`;
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
