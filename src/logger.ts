import pino, { type DestinationStream } from "pino";
import type { LogLevel } from "./config/environment.ts";
import { describeError } from "./logger/describe-error.ts";
import { HeldLines } from "./logger/held-lines.ts";
import { LineText } from "./logger/line-text.ts";
import type { ContextKeys, KeysOf, MessageAt } from "./logger/log-messages.ts";
import { plainKeys } from "./logger/plain-value.ts";

/** Writes one JSON object a line; its messages and keys are those of docs/logging.md. */
export interface Logger {
  debug<M extends MessageAt<"DEBUG">>(message: M, keys?: KeysOf<M>): void;
  info<M extends MessageAt<"INFO">>(message: M, keys?: KeysOf<M>): void;
  warn<M extends MessageAt<"WARN">>(message: M, keys?: KeysOf<M>): void;
  error<M extends MessageAt<"ERROR">>(message: M, error: unknown, keys?: KeysOf<M>): void;
  /** A logger whose lines carry these keys as well. */
  child(keys: ContextKeys): Logger;
}

/** The logger of the process. */
export interface RootLogger extends Logger {
  /**
   * Runs one invocation with a logger of its own. Its keys, its level if it is sampled, and the
   * lines held back in it end with it. What the root logs meanwhile counts as part of it.
   */
  invocation<T>(keys: ContextKeys, run: (logger: Logger) => Promise<T>): Promise<T>;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly service: string;
  /** The share of invocations, 0–1, that are logged at DEBUG. @default 0 */
  readonly sampleRate?: number;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
  /** Takes known secrets out of each text before it is written. @default as it is */
  readonly redact?: (text: string) => string;
  /** @default stdout, written synchronously: Fn freezes the container right after the answer. */
  readonly destination?: DestinationStream;
}

/** Where lines are logged: in an invocation, or outside of any. */
interface Scope {
  readonly level: LogLevel;
  readonly keys: Keys;
  readonly samplingRate?: number | undefined;
  held?: HeldLines | undefined;
}

type Keys = Readonly<Record<string, unknown>>;

const severity: Readonly<Record<LogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };

/** A pino logger with the keys and levels of the Powertools logger. */
export function createLogger(options: LoggerOptions): RootLogger {
  const { level, sampleRate = 0, random = Math.random } = options;
  const log = createLog(options);
  const outside: Scope = { level, keys: {} };
  let current = outside;
  return {
    ...loggerIn(() => current, log),
    invocation: async (keys, run) => {
      const scope: Scope =
        random() < sampleRate
          ? { level: "DEBUG", keys, samplingRate: sampleRate }
          : { level, keys, held: new HeldLines() };
      current = scope;
      try {
        return await run(loggerIn(() => scope, log));
      } finally {
        scope.held = undefined;
        if (current === scope) current = outside;
      }
    },
  };
}

type Log = (scope: Scope, level: LogLevel, message: string, keys: Keys, thrown?: Thrown) => void;

interface Thrown {
  readonly error: unknown;
}

function loggerIn(scope: () => Scope, log: Log, context: Keys = {}): Logger {
  const all = (keys?: Keys) => ({ ...scope().keys, ...context, ...keys });
  return {
    debug: (message, keys) => log(scope(), "DEBUG", message, all(keys)),
    info: (message, keys) => log(scope(), "INFO", message, all(keys)),
    warn: (message, keys) => log(scope(), "WARN", message, all(keys)),
    error: (message, error, keys) => log(scope(), "ERROR", message, all(keys), { error }),
    child: (keys) => loggerIn(scope, log, { ...context, ...keys }),
  };
}

/** Writes a line, holds it back, or lets it go; an error brings what was held back before it. */
function createLog(options: LoggerOptions): Log {
  const { destination = standardOutput() } = options;
  const format = createFormat(options);
  const write = (line: string) => {
    try {
      destination.write(line);
    } catch {
      // Nobody is left to be told, and the caller still wants the answer.
    }
  };
  return (scope, level, message, keys, thrown) => {
    const writes = severity[level] >= severity[scope.level];
    if (!writes && scope.held === undefined) return;
    const line = format(scope, level, message, keys, thrown);
    if (!writes) {
      scope.held?.add(line);
      return;
    }
    if (level === "ERROR" && scope.held !== undefined) {
      const { lines, dropped } = scope.held.release();
      const lost = { ...scope.keys, dropped_lines: dropped };
      if (dropped > 0) write(format(scope, "WARN", "Older lines were dropped", lost));
      lines.forEach(write);
    }
    write(line);
  };
}

/** Together below 16 KB, where Docker cuts a line in two. */
const keysBytes = 5_500;
const errorBytes = 8_500;

/** The keys that are the logger's own. */
const reserved = new Set(["level", "message", "service", "timestamp", "sampling_rate", "error"]);

/** Lines by pino. */
function createFormat({ service, redact = (text) => text }: LoggerOptions) {
  let line = "";
  const text = (bytes: number) => new LineText(bytes, redact);
  const lines = pino(
    {
      level: "debug",
      base: plainKeys({ service: service.slice(0, 255) }, text(keysBytes)),
      messageKey: "message",
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    {
      write: (written) => {
        line = written;
      },
    },
  );
  return (...[scope, level, message, keys, thrown]: Parameters<Log>): string => {
    // pino takes the names of Object.prototype for its own.
    const free = Object.entries(keys).filter(([key]) => !reserved.has(key) && !(key in {}));
    const plain = {
      sampling_rate: scope.samplingRate,
      ...plainKeys(Object.fromEntries(free), text(keysBytes)),
      error: thrown && describeError(thrown.error, text(errorBytes)),
    };
    lines[pinoLevel[level]](plain, message);
    return line;
  };
}

const pinoLevel = { DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error" } as const;

/** How much is kept while stdout refuses it. */
const backlogBytes = 65_536;

/** A stdout that fails, or that nobody reads any more, costs the log and not the function. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true, maxLength: backlogBytes });
  stream.removeAllListeners("error");
  stream.on("error", () => {});
  return stream;
}
