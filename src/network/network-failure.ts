/** A server said more than any answer that could be right. */
export class AnswerTooLargeError extends Error {
  override readonly name = "AnswerTooLargeError";
  override readonly message = "the answer is larger than any that could be right";
}

/**
 * Certificates that are wrong now will be in a second; so is an address that is refused, an
 * answer over the limit, or a server that speaks something else.
 */
const lasting =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|AddressRefused|AnswerTooLarge|SwitchedProtocols)/;

/** What a person needs to know of a failed connection. */
export interface NetworkFailure {
  readonly reason: string;
  /** Whether it may be over in a moment. */
  readonly transient: boolean;
}

/** Reads an error of Node's sockets, DNS or TLS; several addresses fail with several errors. */
export function describeNetworkFailure(error: unknown): NetworkFailure {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return describeNetworkFailure(error.errors[0]);
  }
  if (!(error instanceof Error)) return { reason: "no reason given", transient: true };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return { reason: error.message || code, transient: !lasting.test(code) };
}
