import { SourceUnavailableError, ThrottledError, type UtilizationError } from "../errors.ts";
import { readRetryAfter } from "./retry-after.ts";

/**
 * The failure that a status stands for, if it may be over in a moment: the service is asked too often,
 * or has a fault of its own. Undefined for all others.
 */
export function passingFailure(
  status: number,
  message: string,
  retryAfter: string | undefined,
): UtilizationError | undefined {
  const retryAfterMs = readRetryAfter(retryAfter, new Date());
  switch (status) {
    case 429:
      return new ThrottledError(message, { retryAfterMs });
    case 500:
    case 502:
    case 503:
    case 504:
      return new SourceUnavailableError(message, { transient: true, retryAfterMs });
    default:
      return undefined;
  }
}
