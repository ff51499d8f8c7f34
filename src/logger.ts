import pino, { type DestinationStream } from "pino";
import type { LogLevel } from "./config/environment.ts";
import { LineText } from "./logger/line-text.ts";
import { showError, showValue } from "./logger/line-values.ts";
import type { ContextKeys, KeysOf, LogValue, MessageAt } from "./logger/log-messages.ts";

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
  /** @default stdout, written synchronously: Fn freezes the container right after the answer. */
  readonly destination?: DestinationStream;
}

type Keys = Readonly<Record<string, LogValue>>;

/** Where lines are logged: in an invocation, or outside of any. */
interface Scope {
  readonly level: LogLevel;
  readonly keys: Keys;
  readonly samplingRate?: number;
  /** Written only when an error makes them interesting. */
  held?: HeldLines | undefined;
}

type Log = (level: LogLevel, message: string, keys: Keys, thrown?: readonly [unknown]) => void;

const severity: Readonly<Record<LogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };

/** A pino logger with the keys and levels of the Powertools logger. */
export function createLogger(options: LoggerOptions): RootLogger {
  const { level, sampleRate = 0, random = Math.random } = options;
  const logIn = linesOf(options);
  const outside: Scope = { level, keys: {} };
  let current = outside;
  return {
    ...loggerOf((...line) => logIn(current, ...line)),
    invocation: async (keys, run) => {
      const scope: Scope =
        random() < sampleRate
          ? { level: "DEBUG", keys, samplingRate: sampleRate }
          : { level, keys, held: new HeldLines() };
      current = scope;
      try {
        return await run(loggerOf((...line) => logIn(scope, ...line)));
      } finally {
        scope.held = undefined;
        if (current === scope) current = outside;
      }
    },
  };
}

function loggerOf(log: Log, context: Keys = {}): Logger {
  return {
    debug: (message, keys) => log("DEBUG", message, { ...context, ...keys }),
    info: (message, keys) => log("INFO", message, { ...context, ...keys }),
    warn: (message, keys) => log("WARN", message, { ...context, ...keys }),
    error: (message, error, keys) => log("ERROR", message, { ...context, ...keys }, [error]),
    child: (keys) => loggerOf(log, { ...context, ...keys }),
  };
}

/** Writes a line, holds it back, or lets it go; an error brings what was held back before it. */
function linesOf({ service, destination = standardOutput() }: LoggerOptions) {
  const lineOf = linesByPino(service);
  const write = (line: string) => {
    try {
      destination.write(line);
    } catch {
      // Nobody is left to be told, and the caller still wants the answer.
    }
  };
  return (scope: Scope, ...[level, message, keys, thrown]: Parameters<Log>): void => {
    const isWritten = severity[level] >= severity[scope.level];
    const { held } = scope;
    if (!isWritten && held === undefined) return;
    const line = lineOf(scope, level, message, keys, thrown);
    if (!isWritten) {
      held?.add(line);
      return;
    }
    if (level === "ERROR" && held !== undefined) {
      const lost = { dropped_lines: held.dropped };
      if (held.dropped > 0) {
        write(lineOf(scope, "WARN", "Older lines were dropped", lost));
      }
      held.lines.forEach(write);
      scope.held = new HeldLines();
    }
    write(line);
  };
}

const heldBytes = 20_480;

/** The last lines of an invocation that are below its level. */
class HeldLines {
  readonly lines: string[] = [];
  dropped = 0;
  #bytes = 0;

  /** Keeps the line; the oldest ones make room for it. */
  add(line: string): void {
    this.lines.push(line);
    this.#bytes += Buffer.byteLength(line);
    while (this.#bytes > heldBytes) {
      this.#bytes -= Buffer.byteLength(this.lines.shift() ?? "");
      this.dropped += 1;
    }
  }
}

/** Together below 16 KB, where Docker cuts a line in two. */
const keysBytes = 5_500;
const errorBytes = 8_500;

/** Of each line pino makes the text; whether and when it is written depends on its invocation. */
function linesByPino(service: string) {
  let line = "";
  const lines = pino(
    {
      level: "debug",
      base: { service: new LineText(keysBytes).of(service, 255) },
      messageKey: "message",
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    { write: (written) => (line = written) },
  );
  return (scope: Scope, ...[level, message, keys, thrown]: Parameters<Log>): string => {
    const text = new LineText(keysBytes);
    const shown = Object.entries({ ...scope.keys, ...keys }).map(([key, value]) => [
      key,
      showValue(value, text),
    ]);
    const all = {
      sampling_rate: scope.samplingRate,
      ...Object.fromEntries(shown),
      error: thrown && showError(thrown[0], new LineText(errorBytes)),
    };
    lines[pinoLevel[level]](all, message);
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
  return stream.on("error", () => {});
}
