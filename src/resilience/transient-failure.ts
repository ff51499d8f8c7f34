import { SourceUnavailableError, ThrottledError, type UtilizationError } from "../errors.ts";

/**
 * The failure that a status stands for, if it may be over in a moment: the service is asked too often,
 * or has a fault of its own. Undefined for all others.
 */
export function transientFailure(
  status: number,
  message: string,
  retryAfter: string | undefined,
): UtilizationError | undefined {
  const retryAfterMs = readRetryAfter(retryAfter, new Date());
  if (status === 429) return new ThrottledError(message, { retryAfterMs });
  if (![500, 502, 503, 504].includes(status)) return undefined;
  return new SourceUnavailableError(message, { transient: true, retryAfterMs });
}

/**
 * Milliseconds of a Retry-After header (RFC 9110, 10.2.3): seconds, or a date, which is compared
 * with this machine's clock. Undefined when it says neither.
 */
export function readRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1_000;
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}
