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
   * The value of a call, made when it is its turn. The call itself is to stop at the signal.
   * @throws The signal's reason when it aborts before that; what `call` threw.
   */
  run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#intervalMs === undefined) return this.#queue.add(call, { signal });
    return this.#keepingItsPlace(call, signal, this.#intervalMs);
  }

  /**
   * A call keeps its place in the queue for the whole interval, even if it is over, or given up: the
   * service has counted it. So the signal is the queue's only while the call is waiting.
   */
  #keepingItsPlace<T>(call: () => Promise<T>, signal: AbortSignal, intervalMs: number): Promise<T> {
    const waiting = new AbortController();
    const giveUp = () => waiting.abort(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    return new Promise((resolve, reject) => {
      const place = async () => {
        signal.removeEventListener("abort", giveUp);
        const value = call();
        resolve(value);
        await Promise.allSettled([value, delay(intervalMs, undefined, { ref: false })]);
      };
      this.#queue.add(place, { signal: waiting.signal }).catch(reject);
    });
  }
}
