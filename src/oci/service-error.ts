import * as v from "valibot";
import {
  InvalidRequestError,
  NotAuthenticatedError,
  PoolNotFoundError,
  SourceUnavailableError,
  type UtilizationError,
} from "../errors.ts";
import type { Asker } from "../network/hints.ts";
import { transientFailure } from "../resilience/transient-failure.ts";
import type { Operation } from "./operations.ts";

/** What it means to our callers that a call threw, by the status of the SDK's OciError. */
export function fromServiceError(
  thrown: unknown,
  operation: Operation,
  asker: Asker,
  retryAfter?: string,
): UtilizationError {
  const { service, name } = operation;
  // What can't be read is not repeated: it may be anything.
  if (thrown instanceof SyntaxError || v.isValiError(thrown))
    return new SourceUnavailableError(
      `${service} answered ${name} with something that is not its API's.`,
    );
  const { statusCode, serviceCode, message }: Readonly<Record<string, unknown>> = Object(thrown);
  const text = typeof message === "string" ? shorten(message) : "no reason given";
  if (typeof statusCode !== "number")
    return new SourceUnavailableError(`${name} of ${service} failed: ${text}`);
  const code = typeof serviceCode === "string" ? ` ${shorten(serviceCode)}` : "";
  const said = `${service} answered ${name} with ${statusCode}${code}: ${text}`;
  switch (statusCode) {
    case 400:
      return new InvalidRequestError(said);
    case 401:
      return new NotAuthenticatedError(said, { hint: notAuthenticatedHints[asker] });
    case 403:
    case 404:
      return new PoolNotFoundError(said, { hint: notFoundHint(operation, asker) });
    default:
      return transientFailure(statusCode, said, retryAfter) ?? new SourceUnavailableError(said);
  }
}

const notAuthenticatedHints: Readonly<Record<Asker, string>> = {
  function:
    "The key or token is wrong or has expired, or this machine's clock is off by over 5 minutes.",
  person:
    "Is the key still among the user's API keys (User settings > API keys in the Console), is the tenancy the profile's, and this machine's clock right within 5 minutes? --profile takes another profile.",
};

/** OCI answers 404, never 403, when a policy is missing: the two can't be told apart. */
function notFoundHint({ policy }: Operation, asker: Asker): string {
  return asker === "function"
    ? `Check the OCID and the region, and that a policy says: ${policy}`
    : `Check the OCID, the region and the tenancy (--profile takes another profile), and that a policy says: ${policy.replaceAll("Allow dynamic-group", "Allow group")}`;
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
