import type { LineText } from "./line-text.ts";

const causesShown = 5;
const messageCharacters = 1_000;

/**
 * An error as log keys: name, code, message, hint, location (file:line of its first stack frame),
 * stack, cause, and the errors of an AggregateError. Other properties of an error are left out:
 * they may hold secrets.
 */
export function describeError(thrown: unknown, text: LineText, depth = 0): object {
  if (!(thrown instanceof Error)) {
    const message =
      typeof thrown === "string" ? text.of(thrown, messageCharacters) : "thrown, but not an Error";
    return { name: typeof thrown, message };
  }
  const read = (key: string) => readString(thrown, key);
  const show = (value: string | undefined, characters?: number) =>
    value === undefined ? undefined : text.of(value, characters);
  const inner = (error: unknown) => describeError(error, text, depth + 1);
  const deep = depth === causesShown || text.full;
  const { cause, errors } = deep ? {} : causesOf(thrown);
  const stack = read("stack");
  return {
    name: show(read("name") ?? "Error", 100),
    code: show(read("code"), 100),
    location: show(locationIn(stack)),
    message: show(read("message") ?? "", messageCharacters),
    hint: show(read("hint"), messageCharacters),
    stack: show(stack),
    cause: cause === undefined ? undefined : inner(cause),
    errors: errors?.slice(0, causesShown).map(inner),
  };
}

/** An error is somebody else's object: its properties may be anything, and reading them may throw. */
function readString(error: Error, key: string): string | undefined {
  try {
    const value: unknown = Reflect.get(error, key);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function causesOf(error: Error): { cause?: unknown; errors?: readonly unknown[] } {
  try {
    const { cause } = error;
    const errors = error instanceof AggregateError ? [...error.errors] : undefined;
    return errors === undefined ? { cause } : { cause, errors };
  } catch {
    return {};
  }
}

function locationIn(stack: string | undefined): string | undefined {
  const frame = /^\s+at (?:.*\()?(.+):(\d+):\d+\)?$/m.exec(stack ?? "");
  return frame === null ? undefined : `${frame[1]}:${frame[2]}`;
}
