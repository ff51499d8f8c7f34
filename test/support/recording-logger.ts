import { createLogger, type LoggerOptions, type RootLogger } from "../../src/logger.ts";

/** A logger whose lines can be read back; at level DEBUG unless told otherwise. */
export function recordingLogger(options: Partial<LoggerOptions> = {}): {
  readonly logger: RootLogger;
  readonly written: readonly string[];
  readonly lines: () => readonly Readonly<Record<string, unknown>>[];
} {
  const written: string[] = [];
  const destination = { write: (text: string) => void written.push(text) };
  const logger = createLogger({
    level: "DEBUG",
    service: "the-service",
    destination,
    ...options,
  });
  return { logger, written, lines: () => written.map((text) => JSON.parse(text)) };
}
