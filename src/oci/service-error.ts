import {
  InvalidRequestError,
  NotAuthenticatedError,
  PoolNotFoundError,
  SourceUnavailableError,
  type UtilizationError,
} from "../errors.ts";
import { passingFailure } from "../resilience/passing-failure.ts";
import type { Operation } from "./operation.ts";

/** The shape of the SDK's OciError. */
interface ServiceError {
  readonly statusCode?: unknown;
  readonly serviceCode?: unknown;
  readonly message?: unknown;
}

/** What the status of a refused call means to our callers. */
export function fromServiceError(
  thrown: unknown,
  operation: Operation,
  retryAfter?: string,
): UtilizationError {
  const error: ServiceError = typeof thrown === "object" && thrown !== null ? thrown : {};
  const { statusCode, serviceCode, message } = error;
  const text = typeof message === "string" ? shorten(message) : "no reason given";
  if (typeof statusCode !== "number") {
    return new SourceUnavailableError(`${operation.name} of ${operation.service} failed: ${text}`);
  }
  const code = typeof serviceCode === "string" ? ` ${shorten(serviceCode)}` : "";
  const said = `${operation.service} answered ${operation.name} with ${statusCode}${code}: ${text}`;
  switch (statusCode) {
    case 400:
      return new InvalidRequestError(said);
    case 401:
      return new NotAuthenticatedError(said, { hint: notAuthenticatedHint });
    case 403:
    case 404:
      return new PoolNotFoundError(said, { hint: notFoundHint(operation) });
    default:
      return passingFailure(statusCode, said, retryAfter) ?? new SourceUnavailableError(said);
  }
}

const notAuthenticatedHint =
  "The key or token is wrong or has expired, or this machine's clock is off by over 5 minutes.";

/** OCI answers 404, never 403, when a policy is missing: the two can't be told apart. */
function notFoundHint({ policy }: Operation): string {
  return `Check the OCID and the region, and that a policy says: ${policy}`;
}

/** On one line; and without what we sent, should it be repeated to us: the key id is the token. */
function shorten(text: string): string {
  const line = text
    .replace(/\s+/g, " ")
    .replace(/Signature version=.*/gi, "[signature]")
    .replace(/(ST\$|eyJ)[\w.~+/=-]{8,}/g, "[token]")
    .trim();
  return line.length <= 300 ? line : `${line.slice(0, 300)}…`;
}
