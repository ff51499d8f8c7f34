/** A figure that was measured several times. */
export interface Spread {
  readonly median: number;
  /** The quartiles. */
  readonly low: number;
  readonly high: number;
}

/** @throws RangeError when there is no value. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("Nothing was measured.");
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)] ?? Number.NaN;
    const above = sorted[Math.ceil(position)] ?? Number.NaN;
    return below + (above - below) * (position - Math.floor(position));
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** The ratios of what was measured in the same turn: what else the machine did falls on both. */
export function ratioSpread(ones: readonly number[], others: readonly number[]): Spread {
  if (ones.length !== others.length) throw new RangeError("Turns without a pair.");
  return spreadOf(ones.map((one, turn) => one / (others[turn] ?? Number.NaN)));
}

/** The most of these instants (ms) that lie within any one second, its end not included. */
export function mostInAnySecond(instants: readonly number[]): number {
  const sorted = [...instants].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [last, instant] of sorted.entries()) {
    while (instant - (sorted[first] ?? 0) >= 1000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
