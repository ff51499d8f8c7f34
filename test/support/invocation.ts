import { Invocation } from "../../src/invocation.ts";
import type { Logger } from "../../src/logger.ts";
import { silentLogger } from "./logger.ts";

/** An invocation that has so many milliseconds; without any, as many as Fn gives by default. */
export function anInvocation(milliseconds?: number, logger: Logger = silentLogger): Invocation {
  const now = () => new Date();
  const deadline = milliseconds === undefined ? undefined : new Date(Date.now() + milliseconds);
  return new Invocation(deadline, logger, now);
}
