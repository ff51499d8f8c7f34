/** The user called the command wrongly. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
