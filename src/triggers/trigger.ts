import { isJsonObject, type JsonObject } from "../config/json-object.ts";
import type { ExpositionFormat } from "../result/exposition.ts";
import type { TriggerName } from "../result/result-document.ts";
import type { TraceContext } from "./trace-context.ts";

/** Those that measure: with a GET or HEAD the request is in the query string, else in the body. */
export const allowedMethods = ["GET", "HEAD", "POST"] as const;

/** How an HTTP caller is answered. */
export interface HttpTerms {
  readonly format: "json" | ExpositionFormat;
  /** Whether the method is one that measures; others are told which do. */
  readonly methodAllowed: boolean;
}

/** One invocation, as its caller meant it. */
export interface Trigger {
  readonly name: TriggerName;
  /** The caller's own id of this event, message or request, for the log. */
  readonly correlationId?: string | undefined;
  /** Only of HTTP callers. */
  readonly http?: HttpTerms;
  /** Whether its caller, though it sent no more than a direct one, delivers again what fails. */
  readonly isDeliveredAgain?: boolean;
  /**
   * The request that it stands for, as a direct caller would have written it.
   * @throws InvalidRequestError or UnsupportedEventError when it stands for none.
   */
  toRequest(): unknown;
}

/** What Fn says about a call besides its body. */
export interface Call {
  /** The first value of a header, whatever the case of its name. */
  header(name: string): string | undefined;
  /** When Fn kills the process, unless the call is answered; undefined when it doesn't say. */
  readonly deadline?: Date | undefined;
  /** Undefined when the call isn't traced. */
  readonly trace?: TraceContext | undefined;
}

/** A request for pools that a trigger names by their OCIDs; each is asked for once. */
export function requestForPools(instancePoolIds: Iterable<string>): unknown {
  const unique = new Set([...instancePoolIds].map((id) => id.toLowerCase()));
  return { pools: [...unique].map((instancePoolId) => ({ instancePoolId })) };
}

/** The pools that dimensions of metrics name; those of an instance in no pool say "Default". */
export function poolsIn(dimensions: readonly unknown[]): readonly string[] {
  return dimensions
    .filter(isJsonObject)
    .map((one) => property(one, "instancePoolId"))
    .filter(isString)
    .filter((pool) => pool !== "" && pool.toLowerCase() !== "default");
}

/** The value of a key, whatever the case it is written in: OCI's services differ in that. */
export function property(object: JsonObject, key: string): unknown {
  const wanted = key.toLowerCase();
  const found = Object.keys(object).find((candidate) => candidate.toLowerCase() === wanted);
  return found === undefined ? undefined : object[found];
}

export function isString(value: unknown): value is string {
  return typeof value === "string";
}
