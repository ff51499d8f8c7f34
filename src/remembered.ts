const fiveMinutesMs = 5 * 60_000;

/** How much is remembered. */
interface Extent<T> {
  /** How much all of it weighs at most. */
  readonly most: number;
  /** What a value weighs; 1 by default. */
  readonly weigh?: (value: T) => number;
  /** For how long it is current, in ms; five minutes by default. */
  readonly forMs?: number;
}

/**
 * What a warm process knows, as much as there is room for. It is current for five minutes, as pools are
 * renamed and moved, and VNICs get other names and addresses.
 */
export class Remembered<T> {
  readonly #known = new Map<string, { readonly value: T; readonly asOf: number }>();
  readonly #now: () => Date;
  readonly #extent: Extent<T>;
  #weight = 0;

  constructor(now: () => Date, extent: Extent<T>) {
    this.#now = now;
    this.#extent = extent;
  }

  /** What was learned last, however old it is. */
  last(key: string): T | undefined {
    return this.#known.get(key)?.value;
  }

  /** The same, unless it is too old. */
  current(key: string): T | undefined {
    const known = this.#known.get(key);
    return isCurrent(known?.asOf, this.#now(), this.#extent.forMs) ? known?.value : undefined;
  }

  /** What was learned first makes room. */
  learn(key: string, value: T): void {
    this.forget(key);
    this.#known.set(key, { value, asOf: this.#now().getTime() });
    this.#weight += this.#weigh(value);
    for (const oldest of this.#known.keys()) {
      if (this.#weight <= this.#extent.most || oldest === key) return;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#known.delete(key);
    this.#weight -= this.#weigh(known.value);
  }

  #weigh(value: T): number {
    return this.#extent.weigh?.(value) ?? 1;
  }
}

/** Whether what was looked up at that time, in epoch ms, is still good. */
export function isCurrent(asOf: number | undefined, now: Date, forMs = fiveMinutesMs): boolean {
  // Negative when the clock was set back: nobody knows how old it is.
  const ageMs = now.getTime() - (asOf ?? Number.NaN);
  return ageMs >= 0 && ageMs <= forMs;
}
