import { isJsonObject, type JsonObject } from "../config/json-object.ts";
import { describeProblems, joinPath } from "../config/problems.ts";
import { bareRequest } from "../config/request.ts";
import { InvalidRequestError } from "../errors.ts";

/** A check, and what is said beside it: for the doctor, which pool. */
export interface RequestedCheck {
  readonly check: "health" | "doctor";
  readonly request: JsonObject;
}

/**
 * The check that the body asks for; undefined when it asks for pools.
 * @throws InvalidRequestError when it asks for a check that doesn't exist, or for more than health.
 */
export function requestedCheck(body: unknown): RequestedCheck | undefined {
  if (!isJsonObject(body) || body["check"] === undefined) return undefined;
  const { check, ...request } = body;
  if (check === "doctor") return { check, request };
  if (check !== "health") throw new InvalidRequestError('check: expected "health" or "doctor"');
  const unknown = Object.keys(bareRequest(request)).map((key) => ({
    path: joinPath("", key),
    message: 'unknown key; beside "check": "health" there may be onError',
  }));
  if (unknown.length > 0) throw new InvalidRequestError(describeProblems(unknown));
  return { check, request };
}
