import { EventEmitter, once } from "node:events";
import PQueue from "p-queue";

/**
 * How much may be under way at once, by what each piece of work weighs, in the order in which it was asked
 * for. What weighs more than the whole limit is done alone.
 */
export class WeightedLimit {
  readonly #limit: number;
  /** Where one at a time waits until there is room. */
  readonly #entrance = new PQueue({ concurrency: 1 });
  readonly #work = new EventEmitter();
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The value of the work, begun when it is its turn.
   * @throws The signal's reason when it aborts before that; what `work` threw.
   */
  async run<T>(weight: number, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const own = Math.min(weight, this.#limit);
    const enter = async () => {
      while (this.#used + own > this.#limit) await once(this.#work, "over", { signal });
      this.#used += own;
    };
    await this.#entrance.add(enter, { signal });
    try {
      return await work();
    } finally {
      this.#used -= own;
      this.#work.emit("over");
    }
  }
}
