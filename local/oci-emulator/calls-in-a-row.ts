import type { RecordedRequest } from "./exchange.ts";

interface Chain {
  readonly last: RecordedRequest;
  readonly before: Chain | undefined;
  readonly length: number;
}

/**
 * The longest chain of calls of which each arrived when the one before it had been answered: what an
 * answer had to wait for, one after the other. Calls that were under way together count once, as long
 * as the emulator holds answers back for longer than it takes to send them all.
 */
export function callsInARow(requests: readonly RecordedRequest[]): readonly RecordedRequest[] {
  const chains: Chain[] = [];
  let longest: Chain | undefined;
  for (const last of requests.toSorted((a, b) => a.receivedAtMs - b.receivedAtMs)) {
    let before: Chain | undefined;
    for (const chain of chains) {
      const { answeredAtMs = Number.POSITIVE_INFINITY } = chain.last;
      if (answeredAtMs <= last.receivedAtMs && chain.length > (before?.length ?? 0)) before = chain;
    }
    const chain = { last, before, length: (before?.length ?? 0) + 1 };
    chains.push(chain);
    if (chain.length > (longest?.length ?? 0)) longest = chain;
  }
  const calls: RecordedRequest[] = [];
  for (let chain = longest; chain !== undefined; chain = chain.before) calls.unshift(chain.last);
  return calls;
}
