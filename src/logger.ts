import pino, { type DestinationStream } from "pino";
import type { LogLevel } from "./config/environment.ts";
import { UtilizationError } from "./errors.ts";

/** Keys of a log line besides its message; snake_case, as in Powertools for AWS Lambda. */
export type LogKeys = Readonly<Record<string, unknown>>;

/** Writes one JSON object a line. */
export interface Logger {
  debug(message: string, keys?: LogKeys): void;
  info(message: string, keys?: LogKeys): void;
  warn(message: string, keys?: LogKeys): void;
  error(message: string, error: unknown, keys?: LogKeys): void;
  /** A logger whose lines carry these keys as well. */
  child(keys: LogKeys): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly service: string;
  /** @default stdout, written synchronously: Fn freezes the container right after the answer. */
  readonly destination?: DestinationStream;
}

/** A pino logger with the keys and levels of the Powertools logger. */
export function createLogger({ level, service, destination }: LoggerOptions): Logger {
  const options = {
    level: level.toLowerCase(),
    base: { service },
    messageKey: "message",
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label.toUpperCase() }) },
  };
  return wrap(pino(options, destination ?? pino.destination({ dest: 1, sync: true })));
}

function wrap(logger: pino.Logger): Logger {
  return {
    debug: (message, keys = {}) => logger.debug(keys, message),
    info: (message, keys = {}) => logger.info(keys, message),
    warn: (message, keys = {}) => logger.warn(keys, message),
    error: (message, error, keys = {}) =>
      logger.error({ ...keys, error: formatError(error) }, message),
    child: (keys) => wrap(logger.child(keys)),
  };
}

const causesShown = 5;

/** An error as log keys. Other properties of an error are left out: they may hold secrets. */
function formatError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) {
    const message = typeof error === "string" ? error.slice(0, 1000) : "thrown, but not an Error";
    return { name: typeof error, message };
  }
  const { name, message, stack, cause } = error;
  const ours = error instanceof UtilizationError;
  return {
    name,
    message: message.slice(0, 1000),
    ...(ours ? { code: error.code, hint: error.hint } : { stack }),
    ...(cause === undefined || depth === causesShown
      ? {}
      : { cause: formatError(cause, depth + 1) }),
  };
}
