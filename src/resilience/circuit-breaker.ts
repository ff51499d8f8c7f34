/** As the health check tells it. */
export interface CircuitState {
  readonly state: "closed" | "open" | "half-open";
  readonly consecutiveFailures: number;
  /** ISO instant from which one call may try again; null while the circuit is closed. */
  readonly retryAt: string | null;
}

/** What became of a call, as far as it tells whether the endpoint is there. */
type Verdict = "success" | "failure" | "unknown";

const threshold = 5;
const openMs = 30_000;
/** Slower answers are rare, and who waits for longer may have no time left for a call of its own. */
const patienceMs = 2_000;

/**
 * Opens after five failures in a row, and lets one call through to try again 30 seconds later. It
 * counts in no windows, only by the wall clock at the time of a call: Fn freezes the process between
 * calls, and what counts in time intervals stands still with it.
 */
export class CircuitBreaker {
  readonly #now: () => Date;
  #failures = 0;
  /** Of all, in its life. */
  #failuresSeen = 0;
  /** Epoch milliseconds; undefined while closed. */
  #retryAt: number | undefined;
  /** The one call that tries again, until it has its verdict. */
  #trial: Trial | undefined;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Whether a call may be made; who gets a yes must report a verdict. While one call tries again, the
   * others are to wait for how it ends: refusing them would cost them their answer in the very moment
   * that the endpoint is back. One that takes long proves nothing yet, and they may go, too.
   */
  enter(): "yes" | "no" | Promise<void> {
    if (this.#retryAt === undefined) return "yes";
    if (this.#trial !== undefined) return this.#trial.takesLong ? "yes" : this.#trial.over;
    if (!this.#isDue(this.#retryAt)) return "no";
    this.#trial = new Trial();
    return "yes";
  }

  /** What a call is to hand in with its verdict: when it began, in failures seen. */
  get moment(): number {
    return this.#failuresSeen;
  }

  /**
   * `unknown` is for a call that the deadline cut off: it leaves everything as it was. So does a
   * failure that comes together with one that was counted: what ends ten calls at once, as a load
   * balancer does that restarts, is no ten failures in a row.
   */
  report(verdict: Verdict, began: number): void {
    if (verdict === "success") this.#close();
    else if (verdict === "failure" && began === this.#failuresSeen) this.#count();
    this.#trial?.end();
    this.#trial = undefined;
  }

  #close(): void {
    this.#failures = 0;
    this.#retryAt = undefined;
  }

  #count(): void {
    this.#failures += 1;
    this.#failuresSeen += 1;
    if (this.#failures >= threshold) this.#retryAt = this.#now().getTime() + openMs;
  }

  state(): CircuitState {
    const retryAt = this.#retryAt;
    return {
      state: retryAt === undefined ? "closed" : this.#isDue(retryAt) ? "half-open" : "open",
      consecutiveFailures: this.#failures,
      retryAt: retryAt === undefined ? null : new Date(retryAt).toISOString(),
    };
  }

  /** Also when the clock was set back since: a circuit is never open for longer than it should. */
  #isDue(retryAt: number): boolean {
    const now = this.#now().getTime();
    return retryAt <= now || retryAt > now + openMs;
  }
}

/** A call that finds out whether the endpoint is back. */
class Trial {
  takesLong = false;
  end = () => {};
  /** Resolves when it has its verdict, or takes long. */
  readonly over = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      this.takesLong = true;
      resolve();
    }, patienceMs).unref();
    this.end = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
