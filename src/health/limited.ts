import type { Invocation } from "../invocation.ts";

/** Longer than a service takes that is there: three tries, and the pauses between them. */
const longestMs = 10_000;

/**
 * Makes calls within a part of the time that the invocation has left. A service that never answers,
 * as without a route to it, must not use up the time of what is checked beside it or after it.
 * @throws DeadlineExceededError, or what `work` throws.
 */
export async function limited<T>(
  invocation: Invocation,
  work: (part: Invocation) => Promise<T>,
  { limitMs = Math.min(longestMs, invocation.remainingMs() / 3) } = {},
): Promise<T> {
  const part = invocation.within(limitMs);
  try {
    return await invocation.inTime(part.inTime(work(part)));
  } finally {
    part.end();
  }
}
