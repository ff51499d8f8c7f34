/** A list that comes in these pages. */
export async function* inPages<T>(
  ...pages: readonly (readonly T[])[]
): AsyncGenerator<readonly T[]> {
  yield* pages;
}
