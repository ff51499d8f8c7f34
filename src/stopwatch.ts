/**
 * Begins to measure; what it gives tells the whole milliseconds since. It goes by a clock that nobody
 * sets: the machine's may be corrected in the middle of a call, even backwards. For `performance`, Node
 * would load ten modules.
 */
export function stopwatch(): () => number {
  const start = process.hrtime.bigint();
  return () => Math.round(Number(process.hrtime.bigint() - start) / 1e6);
}
