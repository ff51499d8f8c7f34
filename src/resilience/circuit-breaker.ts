/** As the health check tells it. */
export interface CircuitState {
  readonly state: "closed" | "open" | "half-open";
  readonly consecutiveFailures: number;
  /** ISO instant from which calls may try again; null while the circuit is closed. */
  readonly retryAt: string | null;
}

const threshold = 5;
const openMs = 30_000;

/**
 * Opens after five failures in a row, and lets calls try again 30 seconds later: the first that fails
 * opens it again. It counts in no windows, only by the wall clock at the time of a call: Fn freezes
 * the process between calls, and what counts in time intervals stands still with it.
 */
export class CircuitBreaker {
  readonly #now: () => Date;
  #failures = 0;
  /** Of all, in its life. */
  #failuresSeen = 0;
  /** Epoch milliseconds; undefined while closed. */
  #retryAt: number | undefined;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** What a call is to hand in with its verdict: when it began, in failures seen. */
  get moment(): number {
    return this.#failuresSeen;
  }

  /**
   * What became of a call, as far as it tells whether the endpoint is there; `unknown` leaves everything as it
   * was. So does a failure that comes together with one that was counted: what ends ten calls at once, as
   * a load balancer does that restarts, is no ten failures in a row.
   */
  report(verdict: "success" | "failure" | "unknown", began: number): void {
    if (verdict === "success") {
      this.#failures = 0;
      this.#retryAt = undefined;
    } else if (verdict === "failure" && began === this.#failuresSeen) {
      this.#failures += 1;
      this.#failuresSeen += 1;
      if (this.#failures >= threshold) this.#retryAt = this.#now().getTime() + openMs;
    }
  }

  get state(): CircuitState {
    const retryAt = this.#retryAt;
    const consecutiveFailures = this.#failures;
    if (retryAt === undefined) return { state: "closed", consecutiveFailures, retryAt: null };
    const now = this.#now().getTime();
    // Also when the clock was set back since: a circuit is never open for longer than it should.
    const isDue = retryAt <= now || retryAt > now + openMs;
    const state = isDue ? "half-open" : "open";
    return { state, consecutiveFailures, retryAt: new Date(retryAt).toISOString() };
  }
}
