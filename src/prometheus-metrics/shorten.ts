/**
 * A text of the server's for people: it repeats queries in its errors, and a pool's query is long.
 * The piece is a copy, as V8 would keep all of the text for a slice of it.
 */
export function shorten(text: string): string {
  return text.length <= 300 ? text : `${Buffer.from(text.slice(0, 300)).toString()}…`;
}
