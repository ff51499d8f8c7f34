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

/** An endpoint that has not answered yet, and what to look at when it never does. */
interface Awaited {
  readonly name: string;
  readonly silenceHint: string;
}

/** Of more calls only these are remembered one by one. */
const callsRemembered = 250;

/** What a part of an invocation has of the whole. */
interface Part {
  /** What it costs is the whole's. */
  readonly counted: { readonly usage: Usage; readonly outgoing: OutgoingCall[] };
  readonly limitMs: number;
  /** What to say when its time is over; undefined where it knows best itself. */
  readonly tooLate: () => Error | undefined;
}

/** One invocation; it goes down through every call that is made for it. */
export class Invocation {
  /** Aborts, with a DeadlineExceededError, when it is time to answer, or when it has ended. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly #counted: Part["counted"];
  readonly #now: () => Date;
  /** From its beginning until Fn kills it. */
  readonly #givenMs: number;
  /** From its beginning until it is time to answer. */
  readonly #ownMs: number;
  readonly #elapsedMs = stopwatch();
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #awaited = new Set<{ readonly endpoint: Awaited }>();

  /**
   * Begins an invocation that Fn kills at `deadline`. It must be ended, or its calls outlive it.
   * @param part only for a part of another, which has no deadline of its own
   */
  constructor(deadline: Date | undefined, logger: Logger, now: () => Date, part?: Part) {
    const budget = (deadline?.getTime() ?? Number.NaN) - now().getTime();
    const givenMs = Math.max(0, Number.isNaN(budget) ? defaultTimeoutMs : budget);
    this.signal = this.#controller.signal;
    // Every call of every pool listens; Node would warn of the eleventh.
    setMaxListeners(0, this.signal);
    this.logger = logger;
    this.#counted = part?.counted ?? { usage: { calls: 0, retries: 0, bytes: 0 }, outgoing: [] };
    this.#now = now;
    this.#givenMs = givenMs;
    this.#ownMs = part?.limitMs ?? givenMs - reserveOf(givenMs);
    const giveUp = () =>
      this.#controller.abort(part?.tooLate() ?? this.#tooLate(part !== undefined));
    this.#timer = setTimeout(giveUp, Math.min(this.#ownMs, longestTimerMs)).unref();
  }

  get usage(): Usage {
    return this.#counted.usage;
  }

  /** The calls so far, those that are over. */
  get outgoing(): readonly OutgoingCall[] {
    return this.#counted.outgoing;
  }

  remember(call: OutgoingCall): void {
    if (this.outgoing.length < callsRemembered) this.#counted.outgoing.push(call);
  }

  /** Says that an endpoint is being asked, until the function returned is called. */
  waitFor(endpoint: Awaited): () => void {
    const entry = { endpoint };
    this.#awaited.add(entry);
    return () => this.#awaited.delete(entry);
  }

  /**
   * Does the work by which others are told what came out of the invocation. It has half of what is left
   * until Fn's deadline, and no more than `limitMs`: even when the measuring took all of its time,
   * something is left, and the answer is still in time.
   */
  afterwards<T>(limitMs: number, work: (part: Invocation) => Promise<T>): Promise<T> {
    const partMs = Math.max(0, Math.min(limitMs, (this.#givenMs - this.#elapsedMs()) / 2));
    return this.#inPart(partMs - reserveOf(partMs), work, () => undefined);
  }

  /**
   * Does work that has no more than `limitMs` of the invocation's time, and is over then even if it goes
   * on, although its signal aborts: who never answers must not use up the time of what comes after it.
   * @throws DeadlineExceededError, what `tooLate` makes, or what `work` threw.
   */
  async within<T>(
    limitMs: number,
    work: (part: Invocation) => Promise<T>,
    tooLate?: () => Error,
  ): Promise<T> {
    this.signal.throwIfAborted();
    // Begun only then, so that what the signal makes of the work comes second.
    const inTime = (part: Invocation) => this.inTime(part.inTime(Promise.resolve(part).then(work)));
    // After a freeze, all of the time may be over as well, and nobody to blame.
    const blame = () => (this.remainingMs() > 0 ? tooLate?.() : this.#tooLate(false));
    return this.#inPart(Math.min(limitMs, this.remainingMs()), inTime, blame);
  }

  async #inPart<T>(
    limitMs: number,
    work: (part: Invocation) => Promise<T>,
    tooLate: Part["tooLate"],
  ): Promise<T> {
    const terms = { counted: this.#counted, limitMs, tooLate };
    const part = new Invocation(undefined, this.logger, this.#now, terms);
    try {
      return await work(part);
    } finally {
      part.end();
    }
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

  /** Names who was silent; a part, which never had all of the time, would not profit from more. */
  #tooLate(isPart: boolean): DeadlineExceededError {
    const seconds = (this.#ownMs / 1000).toFixed(1);
    const endpoints = [...this.#awaited].map(({ endpoint }) => endpoint);
    const names = [...new Set(endpoints.map(({ name }) => name))];
    const silent = names.length === 0 ? "" : `: ${names.join(", ")} had not answered`;
    return new DeadlineExceededError(`There was no complete answer within ${seconds} s${silent}.`, {
      hint: isPart ? endpoints[0]?.silenceHint : tooLateHint,
    });
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

const tooLateHint = "Give the function a longer timeout, or ask for fewer pools at once.";

/** A longer timer would fire at once. */
const longestTimerMs = 2 ** 31 - 1;
