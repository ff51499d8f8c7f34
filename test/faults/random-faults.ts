import type { InjectedFault } from "../support/fault-proxy.ts";
import {
  blackHole,
  drippingBody,
  gatewayError,
  gzipBomb,
  halfABody,
  htmlPage,
  notJson,
  refusal,
  reset,
  slowHeaders,
  truncatedJson,
} from "../support/faults.ts";
import type { Dialect } from "../support/source-dialects.ts";

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One in so many faults takes seconds; the others are over at once. */
const slowShare = 1 / 60;

/** A fault of a random kind for each request. */
export function randomFault(dialect: Dialect, random: () => number): InjectedFault {
  const slow = [blackHole, slowHeaders, drippingBody];
  const fast = [
    reset,
    halfABody,
    truncatedJson,
    htmlPage,
    notJson,
    gzipBomb(dialect),
    gatewayError(502),
    ...[400, 401, 403, 404, 422, 429, 500, 503].map((status) => refusal(dialect, status)),
  ];
  return {
    respond: (exchange) => {
      const kinds = random() < slowShare ? slow : fast;
      return kinds[Math.floor(random() * kinds.length)]?.respond(exchange);
    },
  };
}
