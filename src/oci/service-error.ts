import {
  InvalidRequestError,
  NotAuthenticatedError,
  PoolNotFoundError,
  SourceUnavailableError,
  ThrottledError,
  type UtilizationError,
} from "../errors.ts";

/** An operation of OCI's API, and the policy statement that allows it. */
export interface Operation {
  readonly name: string;
  readonly service: string;
  readonly policy: string;
}

/** The shape of the SDK's OciError; its network failures are plain objects without a status. */
interface ServiceError {
  readonly statusCode?: unknown;
  readonly serviceCode?: unknown;
  readonly message?: unknown;
  readonly opcRequestId?: unknown;
}

/** What a failed call of the SDK means to our callers. */
export function fromServiceError(thrown: unknown, operation: Operation): UtilizationError {
  const error: ServiceError = typeof thrown === "object" && thrown !== null ? thrown : {};
  const { statusCode, serviceCode } = error;
  const text = typeof error.message === "string" ? shorten(error.message) : "no reason given";
  const cause = thrown instanceof Error ? thrown : new Error(text);
  if (typeof statusCode !== "number") {
    return new SourceUnavailableError(`${operation.service} can't be reached: ${text}`, {
      hint: "A function in a private subnet needs a service gateway or NAT to reach OCI's services.",
      cause,
    });
  }
  const said = `${operation.service} answered ${operation.name} with ${statusCode} ${serviceCode}: ${text}`;
  switch (statusCode) {
    case 400:
      return new InvalidRequestError(said, { cause });
    case 401:
      return new NotAuthenticatedError(said, { hint: notAuthenticatedHint, cause });
    case 403:
    case 404:
      return new PoolNotFoundError(said, { hint: notFoundHint(operation), cause });
    case 429:
      return new ThrottledError(said, { cause });
    default:
      return new SourceUnavailableError(said, { cause });
  }
}

const notAuthenticatedHint =
  "The key or token is wrong or has expired, or this machine's clock is off by over 5 minutes.";

/** OCI answers 404, never 403, when a policy is missing: the two can't be told apart. */
function notFoundHint({ policy }: Operation): string {
  return `Check the OCID and the region, and that a policy says: Allow dynamic-group <group> to ${policy} in compartment <compartment>`;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 300 ? line : `${line.slice(0, 300)}…`;
}
