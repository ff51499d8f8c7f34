import { httpStatuses } from "./errors.ts";
import type { DoctorDocument } from "./health/doctor-document.ts";
import type { HealthDocument } from "./health/health-document.ts";
import { contentTypes, exposition } from "./result/exposition.ts";
import { fitsResponse } from "./result/response-limit.ts";
import type { ErrorInfo, ResultDocument } from "./result/result-document.ts";
import { allowedMethods, type HttpTerms, type Trigger } from "./triggers/trigger.ts";

/** What goes back to Fn. */
export interface Answer {
  readonly document: ResultDocument | HealthDocument | DoctorDocument;
  /** Only for HTTP callers: all others see whether the invocation failed, and nothing else. */
  readonly httpStatus?: number;
  /** What goes back instead of the document, for an HTTP caller that wants text. */
  readonly text?: string;
  /** Of the response, as Fn passes them on to HTTP callers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown for callers that are to see a failure as a failed invocation: Fn answers 502. */
export class InvocationFailedError extends Error {
  override readonly name = "InvocationFailedError";
}

const json: HttpTerms = { format: "json", methodAllowed: true };

/**
 * Hands the document to its caller in the way that the caller reacts to.
 * @throws InvocationFailedError when the caller is to see a failed invocation. Notifications and
 * Events deliver again for two hours after any error: only what may succeed then is thrown.
 */
export function deliver(
  document: ResultDocument,
  onError: "return" | "throw",
  { http = json, isDeliveredAgain = false }: Pick<Trigger, "http" | "isDeliveredAgain"> = {},
): Answer {
  const errors = errorsOf(document);
  const maySucceed = errors.some(({ retryable }) => retryable);
  switch (document.trigger) {
    case "direct":
      if (document.status === "failed" && onError === "throw" && (maySucceed || !isDeliveredAgain))
        throw failure(errors);
      return { document };
    case "event":
    case "alarm":
    case "connector-hub":
      if (maySucceed) throw failure(errors);
      return { document };
    case "http":
      return deliverOverHttp(document, errors, http);
  }
}

/** Text says itself which pools were not measured, and a scrape of another status would store nothing. */
function deliverOverHttp(
  document: ResultDocument,
  errors: readonly ErrorInfo[],
  { format, methodAllowed }: HttpTerms,
): Answer {
  if (!methodAllowed) {
    return { document, httpStatus: 405, headers: { "Fn-Http-H-Allow": allowedMethods.join(", ") } };
  }
  if (format !== "json" && document.pools.length > 0) {
    const text = exposition(document.pools, format);
    const headers = { "Content-Type": contentTypes[format] };
    if (fitsResponse(text)) return { document, httpStatus: 200, text, headers };
  }
  const statuses = errors.map(({ code }) => httpStatuses[code]);
  const failed = document.status === "failed";
  return { document, httpStatus: failed ? statuses.reduce((a, b) => (a > b ? a : b)) : 200 };
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
