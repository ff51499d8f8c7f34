import PQueue from "p-queue";
import { ThrottledError } from "../errors.ts";
import { stopwatch } from "../stopwatch.ts";

export interface CallLimitOptions {
  /** How many calls are under way at once. */
  readonly concurrency: number;
  /**
   * How many there may come to be, as long as the service takes them. When it answers that it is asked too
   * often, there are half as many after a pause. @default always the same
   */
  readonly atMost?: number;
  /** In so many milliseconds no more than `concurrency` calls begin, however short they are. @default 0 */
  readonly intervalMs?: number;
}

/** Not as long as a service may ask for: who can't wait is to learn that it is throttled. */
const longestPauseMs = 1_000;
const pauseMs = 200;

/**
 * How often a service is called; its endpoints may share one. The interval is counted by timers, not
 * by the wall clock, which p-queue's own goes by: set back by minutes, it would stop all calls for as
 * long.
 */
export class CallLimit {
  readonly #queue: PQueue;
  readonly #intervalMs: number;
  readonly #atMost: number | undefined;
  /** The queue's concurrency, with what is not a whole call yet. */
  #allowed: number;
  #throttledTimes = 0;

  constructor({ concurrency, atMost, intervalMs = 0 }: CallLimitOptions) {
    this.#queue = new PQueue({ concurrency });
    this.#intervalMs = intervalMs;
    this.#atMost = atMost;
    this.#allowed = concurrency;
  }

  /**
   * The value of a call, made when it is its turn. The call itself is to stop at the signal. It keeps its
   * place for the whole interval, even if it is over, or given up: the service has counted it.
   * @throws The signal's reason when it aborts before that; what `call` threw.
   */
  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const leave = await this.#enter(signal);
    const elapsedMs = stopwatch();
    const throttledBefore = this.#throttledTimes;
    try {
      const value = await call();
      this.#allowMore();
      return value;
    } catch (error) {
      // Others that were under way at the same time may be refused, too: that is the same news.
      if (error instanceof ThrottledError && throttledBefore === this.#throttledTimes) {
        this.#allowLess(error);
      }
      throw error;
    } finally {
      const restMs = this.#intervalMs - elapsedMs();
      if (restMs > 0) setTimeout(leave, restMs).unref();
      else leave();
    }
  }

  /** By one for each call that is answered; after a refusal, by one for each round of calls. */
  #allowMore(): void {
    if (this.#atMost === undefined || this.#queue.size === 0) return;
    const more = this.#allowed + (this.#throttledTimes === 0 ? 1 : 1 / this.#allowed);
    this.#allow(Math.min(more, this.#atMost));
  }

  #allowLess({ retryAfterMs = pauseMs }: ThrottledError): void {
    if (this.#atMost === undefined) return;
    this.#throttledTimes += 1;
    this.#allow(Math.max(1, this.#allowed / 2));
    this.#queue.pause();
    setTimeout(() => this.#queue.start(), Math.min(retryAfterMs, longestPauseMs)).unref();
  }

  #allow(calls: number): void {
    this.#allowed = calls;
    this.#queue.concurrency = Math.floor(this.#allowed);
  }

  /**
   * Takes a place, and gives what leaves it. The signal is the queue's only while the call waits: p-queue
   * gives a place away as soon as it aborts. It remembers a hundred tasks, too, and so what they hold.
   */
  #enter(signal: AbortSignal): Promise<() => void> {
    const waiting = new AbortController();
    const giveUp = () => waiting.abort(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    return new Promise((resolve, reject) => {
      const stay = () => {
        signal.removeEventListener("abort", giveUp);
        return new Promise<void>(resolve);
      };
      this.#queue.add(stay, { signal: waiting.signal }).catch(reject);
    });
  }
}
