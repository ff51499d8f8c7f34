import type { TraceContext } from "../telemetry/trace-context.ts";

/** Who can call the function. */
export const triggerNames = ["direct", "event", "alarm", "connector-hub", "http"] as const;

export type TriggerName = (typeof triggerNames)[number];

/** One invocation, as its caller meant it. */
export interface Trigger {
  readonly name: TriggerName;
  /** The caller's own id of this event, message or request, for the log. */
  readonly correlationId?: string | undefined;
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

/** The value of a key, whatever the case it is written in: OCI's services differ in that. */
export function property(object: Readonly<Record<string, unknown>>, key: string): unknown {
  const wanted = key.toLowerCase();
  const found = Object.keys(object).find((candidate) => candidate.toLowerCase() === wanted);
  return found === undefined ? undefined : object[found];
}

export function isString(value: unknown): value is string {
  return typeof value === "string";
}
