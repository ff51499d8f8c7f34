import type { AxiosResponse } from "axios";
import {
  InternalError,
  NotAuthenticatedError,
  SourceUnavailableError,
  UtilizationError,
} from "../errors.ts";
import { AnswerTooLargeError, describeNetworkFailure } from "../network/network-failure.ts";
import { TunnelRefusedError } from "../network/tunnel.ts";
import { transientFailure } from "../resilience/transient-failure.ts";
import { QueryRefusal } from "./query-api.ts";
import { readQueryFailure, shorten } from "./response.ts";

// What failures mean. Nothing of an AxiosError leaves this room: it holds the authorization header.

/** A 401, a proxy's 407, or an issuer's refusal: newer credentials might do. */
export class CredentialsRefusedError extends NotAuthenticatedError {
  readonly by: "server" | "issuer" = "server";
}

/** Who was asked: a server, or its issuer of tokens. */
export interface Asked {
  readonly name: string;
  /** Takes credentials out of its texts: it may repeat what it got. */
  readonly redact: (text: string) => string;
}

/** Types of error by which a server ends a query. */
const ownLimits: ReadonlySet<string | undefined> = new Set(["timeout", "canceled"]);

/** What is answered when the URL is wrong, or the server has no such API; asked again, it is the same. */
const lastingStatuses: ReadonlySet<number> = new Set([400, 404, 405, 501]);

const credentialsHint = "Check the server's auth and headers.";
const tokenHint =
  "The server refuses the issuer's token: check scope and audience of its auth.oauth2, and what the account may read.";
const proxyCredentialsHint = "Check the user and the password in the URL of the server's proxy.";
const proxyHint = "Check that the proxy lets this function through to the server's host and port.";
const tooHeavyHint = "Try a shorter window, or fewer members.";
const quotesHint =
  "If the name of a label in match or matchers needs quotes in PromQL, the server has to be Prometheus 3 or newer.";
const urlHint = "Check the server's URL: its API is expected at <url>/api/v1/query.";

/** No answer at all, or one of a proxy's own. */
export function unanswered(error: unknown, { name, redact }: Asked): UtilizationError {
  if (error instanceof UtilizationError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof TunnelRefusedError) return cutOff(cause, name);
  const { reason, transient } = describeNetworkFailure(error);
  // A proxy's answer may be the reason, word for word.
  const message = `${name} can't be reached: ${shorten(redact(reason))}`;
  return new SourceUnavailableError(message, { transient });
}

function cutOff({ status, retryAfter }: TunnelRefusedError, name: string): UtilizationError {
  const message = `The proxy of ${name} answered ${status}.`;
  switch (status) {
    case 407:
      return new CredentialsRefusedError(message, { hint: proxyCredentialsHint });
    case 403:
      return new NotAuthenticatedError(message, { hint: proxyHint });
  }
  const transient = transientFailure(status, message, retryAfter);
  return transient ?? new SourceUnavailableError(message, { hint: proxyHint });
}

/** A server's answer of 200 that can't be read. */
export function unread(error: unknown, { headers }: AxiosResponse, asked: Asked): UtilizationError {
  if (error instanceof SyntaxError) {
    const type = mediaType(headers["content-type"], asked);
    return new SourceUnavailableError(`${asked.name} answered ${type}, not JSON.`, {
      hint: urlHint,
    });
  }
  if (!(error instanceof AnswerTooLargeError)) return unanswered(error, asked);
  const message = `${asked.name} answered more than can be read.`;
  return new SourceUnavailableError(message, { hint: "Try a shorter window." });
}

export function mediaType(contentType: unknown, { redact }: Asked): string {
  return /^[\w./+-]{1,100}/.exec(redact(String(contentType ?? "")))?.[0] ?? "no content type";
}

/** A server's answer of another status. */
export function refused(
  { status, headers }: AxiosResponse,
  {
    body,
    tried,
    byToken,
  }: {
    /** As far as it is JSON. */
    readonly body: unknown;
    /** What was tried before. */
    readonly tried: string | undefined;
    /** Whether the server was shown an issuer's token. */
    readonly byToken: boolean;
  },
  { name, redact }: Asked,
): UtilizationError {
  const failure = readQueryFailure(body);
  const said = failure && shorten(redact(`${failure.errorType}: ${failure.error}`));
  const message = `${name} answered ${status}${said === undefined ? "" : `: ${said}`}`;
  const hint = (text: string) => (tried === undefined ? text : `${tried} ${text}`);
  const authHint = hint(byToken ? tokenHint : credentialsHint);
  const cause = new QueryRefusal(said ?? "no reason given");
  switch (status) {
    case 401:
      return new CredentialsRefusedError(message, { hint: authHint });
    case 403:
      return new NotAuthenticatedError(message, { hint: authHint });
    case 400:
      // Prometheus can't read our PromQL; another server's 400 is not about that.
      if (said !== undefined) return new InternalError(message, { hint: quotesHint, cause });
      break;
    case 422:
      return new SourceUnavailableError(message, { hint: tooHeavyHint, cause });
    case 503:
      // The server's own limit on the query: it is there, and would be at it for as long again.
      if (!ownLimits.has(failure?.errorType)) break;
      return new SourceUnavailableError(message, { hint: tooHeavyHint });
  }
  const transient = transientFailure(status, message, headers["retry-after"]?.toString());
  if (transient !== undefined) return transient;
  const retryable = lastingStatuses.has(status) ? false : undefined;
  return new SourceUnavailableError(message, { hint: hint(urlHint), retryable });
}
