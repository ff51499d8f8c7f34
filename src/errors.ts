/** The stable codes of a failure, as the result document carries them, with what an HTTP caller sees of it. */
export const httpStatuses = {
  INVALID_REQUEST: 400,
  UNSUPPORTED_EVENT: 400,
  POOL_NOT_FOUND: 404,
  NOT_AUTHENTICATED: 502,
  EMPTY_POOL: 502,
  NO_DATA: 502,
  LOW_COVERAGE: 502,
  INTERNAL: 502,
  THROTTLED: 503,
  SOURCE_UNAVAILABLE: 503,
  CIRCUIT_OPEN: 503,
  DEADLINE_EXCEEDED: 504,
} as const;

export type ErrorCode = keyof typeof httpStatuses;

/** Whether the same request may succeed later, as 503 and 504 say. */
export function isRetryable(code: ErrorCode): boolean {
  return httpStatuses[code] >= 503;
}

/** What an error says beyond its message. `hint` tells a person what to change. */
export interface ErrorDetails {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /**
   * The endpoint did not answer, or said that it can't just now: worth another try, and a sign, if it
   * goes on, that the endpoint is down.
   */
  readonly transient?: boolean;
  /** Whether the same request may succeed later, where that isn't as its code says. */
  readonly retryable?: boolean | undefined;
  /** How long the service asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * A failure that callers are told about. Its message and hint are written for a person and hold
 * no secret; what really went wrong underneath travels in `cause` and is logged, never returned.
 */
export abstract class UtilizationError extends Error {
  abstract readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly transient: boolean;
  readonly retryAfterMs: number | undefined;
  readonly #retryable: boolean | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
    this.transient = details.transient ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.#retryable = details.retryable;
  }

  /** Whether the same request may succeed when it is sent again later. */
  get retryable(): boolean {
    return this.#retryable ?? isRetryable(this.code);
  }
}

/** A class of failures: those with this code. */
function failureOf<C extends ErrorCode>(code: C) {
  return class extends UtilizationError {
    readonly code = code;
  };
}

/** The request, or the function's configuration, has to be changed before it can be answered. */
export class InvalidRequestError extends failureOf("INVALID_REQUEST") {}

/** An event, alarm or batch of metrics that is not about an instance pool. */
export class UnsupportedEventError extends failureOf("UNSUPPORTED_EVENT") {}

/** OCI's 404, which stands for "does not exist" and "not authorized" alike, or an unknown name. */
export class PoolNotFoundError extends failureOf("POOL_NOT_FOUND") {}

/** No credentials, or credentials that the service refuses. */
export class NotAuthenticatedError extends failureOf("NOT_AUTHENTICATED") {}

/** The pool has no running member, so there is nothing to measure. */
export class EmptyPoolError extends failureOf("EMPTY_POOL") {}

/** Members are running, but none of them has reported a reading. */
export class NoDataError extends failureOf("NO_DATA") {}

/** Fewer running members reported than the pool's `minCoverage` asks for. */
export class LowCoverageError extends failureOf("LOW_COVERAGE") {}

/** The service asked to be called less often (HTTP 429). */
export class ThrottledError extends failureOf("THROTTLED") {}

/** The metrics source or OCI did not answer, or not in its own language. */
export class SourceUnavailableError extends failureOf("SOURCE_UNAVAILABLE") {}

/** An endpoint failed so often in a row that it is left alone for a while. */
export class CircuitOpenError extends failureOf("CIRCUIT_OPEN") {}

/** The time that Fn gives an invocation was over before the answer was there. */
export class DeadlineExceededError extends failureOf("DEADLINE_EXCEEDED") {}

/** A fault of this function. */
export class InternalError extends failureOf("INTERNAL") {}

/** Turns whatever was thrown into a UtilizationError; a stranger becomes an InternalError. */
export function toUtilizationError(thrown: unknown): UtilizationError {
  if (thrown instanceof UtilizationError) return thrown;
  return new InternalError("The function failed unexpectedly; its log has the details.", {
    cause: thrown,
  });
}
