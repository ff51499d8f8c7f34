const [comma, bracket, brace] = Buffer.from(",[{");

/**
 * The most that a request is parsed with. More than 6 MB of a batch of metrics have; the smallest
 * container has no room for 6 MB of brackets.
 */
export const maximumRequestValues = 200_000;

/**
 * Whether JSON text has more values than that, going by its commas and brackets; those in strings
 * count, too. A parsed value takes up to fifty times the bytes of its text, so the length alone says
 * little of the memory that parsing takes.
 */
export function hasMoreValues(json: Uint8Array, most: number): boolean {
  // Each takes a byte at least.
  if (json.length <= most) return false;
  let count = 0;
  for (const byte of json) {
    if (byte === comma || byte === bracket || byte === brace) count += 1;
  }
  return count > most;
}
