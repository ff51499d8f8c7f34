import { setTimeout as delay } from "node:timers/promises";
import PQueue from "p-queue";

export interface CallLimitOptions {
  /** How many calls are under way at once. */
  readonly concurrency: number;
  /** In so many milliseconds no more than `concurrency` calls begin, however short they are. */
  readonly intervalMs?: number;
}

/**
 * How often a service is called; its endpoints may share one. The interval is counted by timers, not
 * by the wall clock, which p-queue's own goes by: set back by minutes, it would stop all calls for as
 * long.
 */
export class CallLimit {
  readonly #queue: PQueue;
  readonly #intervalMs: number | undefined;

  constructor({ concurrency, intervalMs }: CallLimitOptions) {
    this.#queue = new PQueue({ concurrency });
    this.#intervalMs = intervalMs;
  }

  /**
   * The value of a call, made when it is its turn: the one of the highest priority first. The call
   * itself is to stop at the signal.
   * @throws The signal's reason when it aborts before that; what `call` threw.
   */
  async run<T>(call: () => Promise<T>, signal: AbortSignal, priority = 0): Promise<T> {
    if (this.#intervalMs !== undefined) {
      return this.#keepingItsPlace(call, signal, this.#intervalMs, priority);
    }
    const leave = await this.#enter(signal, priority);
    try {
      return await call();
    } finally {
      leave();
    }
  }

  /**
   * A call keeps its place in the queue for the whole interval, even if it is over, or given up: the
   * service has counted it. So the signal is the queue's only while the call is waiting.
   */
  async #keepingItsPlace<T>(
    call: () => Promise<T>,
    signal: AbortSignal,
    intervalMs: number,
    priority: number,
  ): Promise<T> {
    const waiting = new AbortController();
    const giveUp = () => waiting.abort(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    const begin = () => signal.removeEventListener("abort", giveUp);
    const leave = await this.#enter(waiting.signal, priority, begin);
    // Should it throw at once, its place must be left all the same.
    const value = new Promise<T>((resolve) => resolve(call()));
    const interval = delay(intervalMs, undefined, { ref: false });
    Promise.allSettled([value, interval]).then(() => leave());
    return value;
  }

  /** Takes a place, and gives what leaves it: p-queue remembers a hundred tasks, and so what they hold. */
  #enter(signal: AbortSignal, priority: number, begin?: () => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const stay = () => {
        begin?.();
        return new Promise<void>(resolve);
      };
      this.#queue.add(stay, { signal, priority }).catch(reject);
    });
  }
}
