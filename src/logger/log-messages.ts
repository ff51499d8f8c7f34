import type { LogLevel } from "../config/environment.ts";

const measured = [
  "pool",
  "status",
  "cpu_average",
  "memory_average",
  "instances_total",
  "instances_running",
  "instances_counted",
  "instances_reporting",
] as const;

/**
 * Every message that the function logs, with its level and the keys it may have besides those of
 * its context. Alarms and searches rely on them; docs/logging.md says what they mean.
 */
export const logMessages = {
  "Event received": { level: "INFO", keys: ["event", "event_bytes"] },
  "Measuring pool": { level: "DEBUG", keys: ["window_minutes", "statistic"] },
  "Pool measured": { level: "INFO", keys: measured },
  "Pool measured, but without a result": { level: "WARN", keys: [...measured, "error_code"] },
  "Pool failed": { level: "ERROR", keys: ["pool"] },
  "Pool refused": { level: "ERROR", keys: ["pool"] },
  "Query failed": { level: "ERROR", keys: [] },
  "Request failed": { level: "ERROR", keys: [] },
  "Check failed": { level: "ERROR", keys: ["part"] },
  "Metrics published": { level: "DEBUG", keys: ["streams"] },
  "Metrics refused": { level: "WARN", keys: ["streams", "refused", "reason"] },
  "Publishing failed": { level: "ERROR", keys: ["pools"] },
  "Trying again": { level: "DEBUG", keys: ["endpoint", "reason"] },
  "Invocation answered": {
    level: "INFO",
    keys: ["status", "duration_ms", "calls", "retries", "bytes", "coverage", "open_circuits"],
  },
  "Telemetry failed": { level: "WARN", keys: ["reason"] },
  "A fault was left alone": { level: "ERROR", keys: [] },
  "A library warns": { level: "DEBUG", keys: ["warning"] },
  "Older lines were dropped": { level: "WARN", keys: ["dropped_lines"] },
} as const satisfies Record<string, { level: LogLevel; keys: readonly string[] }>;

/** Keys of an invocation, a request or a pool: whatever is logged in there may have them. */
export const contextKeys = [
  "cold_start",
  "function_request_id",
  "function_id",
  "function_name",
  "function_app_id",
  "function_app_name",
  "function_memory_size",
  "correlation_id",
  "trigger",
  "instance_pool_id",
  "source",
] as const;

type Messages = typeof logMessages;

/** The messages of a level. */
export type MessageAt<Level extends LogLevel> = {
  [Message in keyof Messages]: Messages[Message]["level"] extends Level ? Message : never;
}[keyof Messages];

/** What JSON can have; what is undefined is left out of its line. */
export type LogValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly LogValue[]
  | { readonly [name: string]: LogValue };

/** The keys that belong to a message. */
export type KeysOf<Message extends keyof Messages> = Readonly<
  Partial<Record<Messages[Message]["keys"][number], LogValue>>
>;

export type ContextKeys = Readonly<Partial<Record<(typeof contextKeys)[number], LogValue>>>;
