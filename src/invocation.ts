import { setMaxListeners } from "node:events";
import { DeadlineExceededError, type ErrorCode } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { stopwatch } from "./stopwatch.ts";

/** How long Fn gives a call when it doesn't say, in milliseconds: its default. */
const defaultTimeoutMs = 30_000;
/** Kept back to put the answer together and write it, in milliseconds. */
const reserveMs = 1_000;

/** What an invocation cost in calls to others, over all of its pools. */
export interface Usage {
  /** Requests sent, retries among them. */
  calls: number;
  retries: number;
  /** Of the bodies of answers, decompressed. */
  bytes: number;
}

/** A call to others, with all of its tries. */
export interface OutgoingCall {
  /** The service and region, or the Prometheus server. */
  readonly endpoint: string;
  readonly operation: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly retries: number;
  /** Undefined when there was an answer. */
  readonly error: ErrorCode | undefined;
}

/** Of more calls only these are remembered one by one. */
const callsRemembered = 250;

/** One invocation; it goes down through every call that is made for it. */
export class Invocation {
  /** Aborts, with a DeadlineExceededError, when it is time to answer, or when it has ended. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly usage: Usage;
  readonly #outgoing: OutgoingCall[];
  readonly #now: () => Date;
  /** From its beginning until Fn kills it. */
  readonly #givenMs: number;
  /** From its beginning until it is time to answer. */
  readonly #ownMs: number;
  readonly #elapsedMs = stopwatch();
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /**
   * Begins an invocation that Fn kills at `deadline`. It must be ended, or its calls outlive it.
   */
  constructor(
    deadline: Date | undefined,
    logger: Logger,
    now: () => Date,
    counted: { readonly usage: Usage; readonly outgoing: OutgoingCall[] } = {
      usage: { calls: 0, retries: 0, bytes: 0 },
      outgoing: [],
    },
  ) {
    const budget = (deadline?.getTime() ?? Number.NaN) - now().getTime();
    const givenMs = Math.max(0, Number.isNaN(budget) ? defaultTimeoutMs : budget);
    const ownMs = givenMs - reserveOf(givenMs);
    this.signal = this.#controller.signal;
    // Every call of every pool listens; Node would warn of the eleventh.
    setMaxListeners(0, this.signal);
    this.logger = logger;
    this.usage = counted.usage;
    this.#outgoing = counted.outgoing;
    this.#now = now;
    this.#givenMs = givenMs;
    this.#ownMs = ownMs;
    this.#timer = setTimeout(
      () => this.#controller.abort(tooLate(ownMs)),
      Math.min(ownMs, longestTimerMs),
    ).unref();
  }

  /** The calls so far, those that are over. */
  get outgoing(): readonly OutgoingCall[] {
    return this.#outgoing;
  }

  remember(call: OutgoingCall): void {
    if (this.#outgoing.length < callsRemembered) this.#outgoing.push(call);
  }

  /**
   * The part of this invocation in which others are told what came out of it. It has half of what
   * is left until Fn's deadline, and no more than `limitMs`: even when the measuring took all of
   * its time, something is left, and the answer is still in time. It must be ended, too.
   */
  afterwards(limitMs: number): Invocation {
    return this.#part(Math.min(limitMs, (this.#givenMs - this.#elapsedMs()) / 2));
  }

  /** A part that has no more than `limitMs`; what it costs is this invocation's. It must be ended. */
  within(limitMs: number): Invocation {
    return this.#part(Math.min(limitMs, this.remainingMs()));
  }

  #part(limitMs: number): Invocation {
    const deadline = new Date(this.#now().getTime() + limitMs);
    const counted = { usage: this.usage, outgoing: this.#outgoing };
    return new Invocation(deadline, this.logger, this.#now, counted);
  }

  /** Milliseconds until the signal aborts. */
  remainingMs(): number {
    return Math.max(0, this.#ownMs - this.#elapsedMs());
  }

  /**
   * The value of a promise, unless the deadline comes first: some calls can't be aborted.
   * @throws DeadlineExceededError
   */
  inTime<T>(value: Promise<T>): Promise<T> {
    return this.#race(value, (stop) => stop());
  }

  /**
   * The same for a value that is put together of several calls. The deadline cuts them off, and what
   * the others brought becomes a value without waiting for anything more: it is still taken.
   */
  inTimeOrInPart<T>(value: Promise<T>): Promise<T> {
    return this.#race(value, setImmediate);
  }

  async #race<T>(value: Promise<T>, atDeadline: (stop: () => void) => unknown): Promise<T> {
    const { signal } = this;
    let over = () => {};
    const deadline = new Promise<never>((_, reject) => {
      over = () => atDeadline(() => reject(signal.reason));
      if (signal.aborted) over();
      else signal.addEventListener("abort", over, { once: true });
    });
    try {
      return await Promise.race([value, deadline]);
    } finally {
      signal.removeEventListener("abort", over);
    }
  }

  /**
   * Ends it, and whatever is still under way for it: a call that its pool failed without would go on in
   * the next invocation, or, as the deadline is gone, keep its place in the queue for ever.
   */
  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort(new DeadlineExceededError("The invocation is over."));
  }
}

/** Of a short call, a quarter; of a long one, which may be about many pools, a twentieth. */
function reserveOf(givenMs: number): number {
  return Math.min(givenMs / 4, Math.max(reserveMs, givenMs / 20));
}

/** A longer timer would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

function tooLate(milliseconds: number): DeadlineExceededError {
  const seconds = (milliseconds / 1000).toFixed(1);
  return new DeadlineExceededError(`There was no complete answer within ${seconds} s.`, {
    hint: "Give the function a longer timeout, or ask for fewer pools at once.",
  });
}
