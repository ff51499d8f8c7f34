/**
 * Begins to measure; what it gives tells the whole milliseconds since. It goes by a clock that nobody
 * sets: the machine's may be corrected in the middle of a call, even backwards.
 */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => Math.round(performance.now() - start);
}
