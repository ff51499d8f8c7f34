import { AnswerTooLargeError } from "../network/network-failure.ts";
import { CallLimit } from "../resilience/call-limit.ts";

/** Four answers about 250 hosts. */
const crowdedBytes = 8_000_000;

/** Three answers about 2,000 hosts beside those: one of the next pool may be read before the second. */
const mostBytes = 44_000_000;

/** Answers that are needed together. */
interface Group {
  readonly priority: number;
  bytes: number;
}

/**
 * What the process holds of its servers' answers, in bytes. As soon as that is much, one of them is
 * read at a time, in the order in which they were asked for: so a pool has both of its answers, and
 * needs them no more, before the next begins.
 */
export class AnswerMemory {
  readonly #turns = new CallLimit({ concurrency: 1 });
  readonly #groups = new WeakMap<AbortSignal, Group>();
  #asked = 0;
  #held = 0;

  get crowded(): boolean {
    return this.#held > crowdedBytes;
  }

  /** Has to be called when a question is asked. `over` aborts when its answer isn't needed any more. */
  enter(over: AbortSignal): void {
    if (this.#groups.has(over)) return;
    this.#asked += 1;
    const group = { priority: -this.#asked, bytes: 0 };
    this.#groups.set(over, group);
    const leave = () => {
      this.#held -= group.bytes;
      this.#groups.delete(over);
    };
    over.addEventListener("abort", leave, { once: true });
  }

  /** @throws AnswerTooLargeError when there is no room for so many more. */
  hold(bytes: number, over: AbortSignal): void {
    const group = this.#groups.get(over);
    if (group === undefined) return;
    group.bytes += bytes;
    this.#held += bytes;
    if (bytes > 0 && this.#held > mostBytes) throw new AnswerTooLargeError();
  }

  /** Reads on when no other does. @throws the signal's reason */
  inTurn<T>(read: () => Promise<T>, over: AbortSignal, signal: AbortSignal): Promise<T> {
    const priority = this.#groups.get(over)?.priority ?? 0;
    return this.#turns.run(read, signal, priority);
  }
}
