import type { Logger } from "../../src/logger.ts";

/** A logger for tests that are not about logging. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
