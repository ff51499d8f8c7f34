import { isJsonObject, type JsonObject } from "../config/json-object.ts";
import { InvalidRequestError } from "../errors.ts";

/** A check, and what is said beside it: for the doctor, which pool. */
export interface RequestedCheck {
  readonly check: "health" | "doctor";
  readonly request: JsonObject;
}

/**
 * The check that the body asks for; undefined when it asks for pools.
 * @throws InvalidRequestError when it asks for a check that doesn't exist.
 */
export function requestedCheck(body: unknown): RequestedCheck | undefined {
  if (!isJsonObject(body) || body["check"] === undefined) return undefined;
  const { check, ...request } = body;
  if (check === "health" || check === "doctor") return { check, request };
  throw new InvalidRequestError('check: expected "health" or "doctor"');
}
