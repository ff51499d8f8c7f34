/** The stable codes of a failure, as the result document carries them. */
export type ErrorCode =
  | "INVALID_REQUEST"
  | "UNSUPPORTED_EVENT"
  | "POOL_NOT_FOUND"
  | "NOT_AUTHENTICATED"
  | "EMPTY_POOL"
  | "NO_DATA"
  | "LOW_COVERAGE"
  | "THROTTLED"
  | "SOURCE_UNAVAILABLE"
  | "CIRCUIT_OPEN"
  | "DEADLINE_EXCEEDED"
  | "INTERNAL";

/** Those after which the same request may succeed later. */
export const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  "THROTTLED",
  "SOURCE_UNAVAILABLE",
  "CIRCUIT_OPEN",
  "DEADLINE_EXCEEDED",
]);

/** What an error says beyond its message. `hint` tells a person what to change. */
export interface ErrorDetails {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /**
   * The endpoint did not answer, or said that it can't just now: worth another try, and a sign, if it
   * goes on, that the endpoint is down.
   */
  readonly transient?: boolean;
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

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
    this.transient = details.transient ?? false;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Whether the same request may succeed when it is sent again later. */
  get retryable(): boolean {
    return retryableCodes.has(this.code);
  }
}

/** The request, or the function's configuration, has to be changed before it can be answered. */
export class InvalidRequestError extends UtilizationError {
  readonly code = "INVALID_REQUEST";
}

/** An event, alarm or batch of metrics that is not about an instance pool. */
export class UnsupportedEventError extends UtilizationError {
  readonly code = "UNSUPPORTED_EVENT";
}

/** OCI's 404, which stands for "does not exist" and "not authorized" alike, or an unknown name. */
export class PoolNotFoundError extends UtilizationError {
  readonly code = "POOL_NOT_FOUND";
}

/** No credentials, or credentials that the service refuses. */
export class NotAuthenticatedError extends UtilizationError {
  readonly code = "NOT_AUTHENTICATED";
}

/** The pool has no running member, so there is nothing to measure. */
export class EmptyPoolError extends UtilizationError {
  readonly code = "EMPTY_POOL";
}

/** Members are running, but none of them has reported a reading. */
export class NoDataError extends UtilizationError {
  readonly code = "NO_DATA";
}

/** Fewer running members reported than the pool's `minCoverage` asks for. */
export class LowCoverageError extends UtilizationError {
  readonly code = "LOW_COVERAGE";
}

/** The service asked to be called less often (HTTP 429). */
export class ThrottledError extends UtilizationError {
  readonly code = "THROTTLED";
}

/** The metrics source or OCI did not answer, or not in its own language. */
export class SourceUnavailableError extends UtilizationError {
  readonly code = "SOURCE_UNAVAILABLE";
}

/** An endpoint failed so often in a row that it is left alone for a while. */
export class CircuitOpenError extends UtilizationError {
  readonly code = "CIRCUIT_OPEN";
}

/** The time that Fn gives an invocation was over before the answer was there. */
export class DeadlineExceededError extends UtilizationError {
  readonly code = "DEADLINE_EXCEEDED";
}

/** A fault of this function. */
export class InternalError extends UtilizationError {
  readonly code = "INTERNAL";
}

/** Turns whatever was thrown into a UtilizationError; a stranger becomes an InternalError. */
export function toUtilizationError(thrown: unknown): UtilizationError {
  if (thrown instanceof UtilizationError) return thrown;
  return new InternalError("The function failed unexpectedly; its log has the details.", {
    cause: thrown,
  });
}
