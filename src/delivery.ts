import type { ErrorCode } from "./errors.ts";
import type { DoctorDocument } from "./health/doctor-document.ts";
import type { HealthDocument } from "./health/health-document.ts";
import type { ErrorInfo, ResultDocument } from "./result/result-document.ts";

/** What goes back to Fn. */
export interface Answer {
  readonly document: ResultDocument | HealthDocument | DoctorDocument;
  /** Only for HTTP callers: all others see whether the invocation failed, and nothing else. */
  readonly httpStatus?: number;
}

/** Thrown for callers that are to see a failure as a failed invocation: Fn answers 502. */
export class InvocationFailedError extends Error {
  override readonly name = "InvocationFailedError";
}

/** What an HTTP caller sees of a failure. */
export const httpStatuses: Readonly<Record<ErrorCode, 400 | 404 | 502 | 503 | 504>> = {
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
};

/**
 * Hands the document to its caller in the way that the caller reacts to.
 * @throws InvocationFailedError when the caller is to see a failed invocation. Notifications and
 * Events deliver again for two hours after any error: only what may succeed then is thrown.
 */
export function deliver(document: ResultDocument, onError: "return" | "throw"): Answer {
  const errors = errorsOf(document);
  switch (document.trigger) {
    case "direct":
      if (document.status === "failed" && onError === "throw") throw failure(errors);
      return { document };
    case "event":
    case "alarm":
    case "connector-hub":
      if (errors.some(({ retryable }) => retryable)) throw failure(errors);
      return { document };
    case "http": {
      const statuses = errors.map(({ code }) => httpStatuses[code]);
      return {
        document,
        httpStatus: document.status === "failed" ? statuses.reduce((a, b) => (a > b ? a : b)) : 200,
      };
    }
  }
}

/** A check's document is always returned; HTTP callers, such as load balancers, see 503. */
export function deliverCheck(document: HealthDocument | DoctorDocument): Answer {
  if (document.trigger !== "http") return { document };
  return { document, httpStatus: document.status === "ok" ? 200 : 503 };
}

function errorsOf({ error, pools }: ResultDocument): readonly ErrorInfo[] {
  return [error, ...pools.map((pool) => pool.error)].filter((e) => e !== undefined);
}

const errorsShown = 5;

function failure(errors: readonly ErrorInfo[]): InvocationFailedError {
  const shown = errors.slice(0, errorsShown).map(({ code, message }) => `${code}: ${message}`);
  const more = errors.length - shown.length;
  return new InvocationFailedError(
    [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; "),
  );
}
