import type { Invocation } from "../invocation.ts";

/**
 * The value of one try of a call, which has `limitMs` and no longer than to the deadline. It rejects
 * then even when `send` goes on, although its signal aborts: renewing a token, as the SDK does within
 * a call, can't be stopped.
 * @throws DeadlineExceededError, what `tooLate` makes, or what `send` threw.
 */
export async function limitTime<T>(
  send: (signal: AbortSignal) => Promise<T>,
  invocation: Invocation,
  limitMs: number,
  tooLate: () => Error,
): Promise<T> {
  const { signal } = invocation;
  signal.throwIfAborted();
  const controller = new AbortController();
  const follow = () => controller.abort(signal.reason);
  signal.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(() => {
    // After a freeze the deadline may be over as well, and the endpoint not to blame.
    if (invocation.remainingMs() > 0) controller.abort(tooLate());
  }, limitMs);
  let giveUp = () => {};
  const over = new Promise<never>((_, reject) => {
    giveUp = () => reject(controller.signal.reason);
    controller.signal.addEventListener("abort", giveUp);
  });
  try {
    return await Promise.race([send(controller.signal), over]);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", follow);
    // A connection that is kept remembers its last signal, and a listener would remember the value.
    controller.signal.removeEventListener("abort", giveUp);
  }
}
