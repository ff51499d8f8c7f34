import type { ErrorCode } from "../src/errors.ts";
import type { MissingReason } from "../src/result/reading.ts";

// What docs/reference.md says of every code. One without a text doesn't compile.

/** Why a counted member has no reading. */
export const reasonTexts: Readonly<Record<MissingReason, string>> = {
  no_data: "The source knows nothing of it, or had no reading of it in the window.",
  stale: "It reported within the window, but not lately.",
  target_down: "Prometheus could not scrape it at its last try.",
  warming_up: "It is too new: on OCI, younger than ten minutes; on Prometheus, scraped but once.",
  not_a_number: "The source answered no number, or one that can't be: a warning says why.",
  unresolved_host: "Its address or host name could not be found out, or is another's, too.",
  query_failed: "The query for this metric failed; the log has the error.",
};

/** What each code means, in one sentence. */
export const codeTexts: Readonly<Record<ErrorCode, string>> = {
  INVALID_REQUEST: "The request, or the function's configuration, has to be changed.",
  UNSUPPORTED_EVENT: "The event, alarm or batch is not about an instance pool.",
  POOL_NOT_FOUND: "No such pool, or, as OCI doesn't tell the two apart, a missing policy.",
  NOT_AUTHENTICATED:
    "No principal, an expired token, a wrong key, or Prometheus refuses the credentials.",
  EMPTY_POOL: "No member is running.",
  NO_DATA: "Members are running, but none that counts reported.",
  LOW_COVERAGE: "Fewer reported than minCoverage asks for; the averages are there all the same.",
  THROTTLED: "OCI or Prometheus asked to be called less often.",
  SOURCE_UNAVAILABLE:
    "OCI or Prometheus can't be reached, or answers something else; not retryable where Prometheus answers 400, 404, 405 or 501.",
  CIRCUIT_OPEN: "The source failed several times just now, so it was not asked again.",
  DEADLINE_EXCEEDED: "The time of the invocation was used up before the answer was there.",
  INTERNAL: "A fault of the function; its log has the details.",
};
