import { isCredentialName, type LineText, redacted } from "./line-text.ts";
import type { LogValue } from "./log-messages.ts";

const entriesShown = 50;
const levelsShown = 6;
const nameCharacters = 100;
/** At least what a number, a word, or a mark takes with its punctuation. */
const valueBytes = 25;

const more = "…";

/** As much of a value as there is room for, without what its name says is a credential. */
export function showValue(value: LogValue, text: LineText, level = 0): LogValue {
  text.take(valueBytes);
  if (typeof value === "string") return text.of(value);
  if (typeof value !== "object" || value === null) return value;
  if (level === levelsShown) return more;
  const shown: [string, LogValue][] = [];
  for (const [name, inner] of Object.entries(value)) {
    if (text.full || shown.length === entriesShown) {
      shown.push([more, more]);
      break;
    }
    const part = isCredentialName(name) ? redacted : showValue(inner, text, level + 1);
    shown.push([text.of(name, nameCharacters), part]);
  }
  return Array.isArray(value) ? shown.map(([, part]) => part) : Object.fromEntries(shown);
}

const causesShown = 5;
const messageCharacters = 1_000;

/**
 * An error as log keys: name, code, message, hint, location (file:line of its first stack frame),
 * stack, cause, and the errors of an AggregateError. Other properties of an error are left out:
 * they may hold secrets.
 */
export function showError(thrown: unknown, text: LineText): object {
  try {
    return errorKeys(thrown, text, 0);
  } catch {
    // It is somebody else's object: reading it may throw.
    return { name: "Error", message: "[unreadable]" };
  }
}

function errorKeys(thrown: unknown, text: LineText, depth: number): object {
  if (!(thrown instanceof Error)) {
    const isText = typeof thrown === "string";
    const message = isText ? text.of(thrown, messageCharacters) : "thrown, but not an Error";
    return { name: typeof thrown, message };
  }
  const show = (value: unknown, characters?: number) =>
    typeof value === "string" ? text.of(value, characters) : undefined;
  const inner = (error: unknown) => errorKeys(error, text, depth + 1);
  const isLast = depth === causesShown || text.full;
  const { name, message, stack, cause, code, hint } = thrown as Error &
    Readonly<Record<"code" | "hint", unknown>>;
  const errors = thrown instanceof AggregateError ? thrown.errors : undefined;
  return {
    name: show(name, 100) ?? "Error",
    code: show(code, 100),
    location: show(locationIn(stack)),
    message: show(message, messageCharacters) ?? "",
    hint: show(hint, messageCharacters),
    stack: show(stack),
    cause: isLast || cause === undefined ? undefined : inner(cause),
    errors: isLast ? undefined : errors?.slice(0, causesShown).map(inner),
  };
}

function locationIn(stack = ""): string | undefined {
  const frame = /^\s+at (?:.*\()?(.+):(\d+):\d+\)?$/m.exec(stack);
  return frame === null ? undefined : `${frame[1]}:${frame[2]}`;
}
