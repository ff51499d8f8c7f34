import { isCredentialName, redacted } from "./credentials.ts";
import { describeError } from "./describe-error.ts";
import type { LineText } from "./line-text.ts";

const entriesShown = 50;
const levelsShown = 6;
const nameCharacters = 100;
/** At least what a number, a word, or a mark takes with its punctuation. */
const valueBytes = 25;

const more = "…";
const unreadable = "[unreadable]";

/** The keys of a line as JSON can have them, whatever their values are. It never throws. */
export function plainKeys(keys: Readonly<Record<string, unknown>>, text: LineText): object {
  const plain = Object.entries(keys).map(([key, value]) => [
    key,
    isCredentialName(key) ? redacted : plainValue(value, text, []),
  ]);
  return Object.fromEntries(plain);
}

/** A value as JSON can have it: no BigInt, no circle, no surprise. It never throws. */
function plainValue(value: unknown, text: LineText, parents: readonly unknown[]): unknown {
  text.take(valueBytes);
  try {
    switch (typeof value) {
      case "string":
        return text.of(value);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
      case "undefined":
        return value;
      case "function":
        return "[function]";
      case "object":
        return value === null ? null : plainOf(value, text, parents);
      default:
        return text.of(String(value));
    }
  } catch {
    return unreadable;
  }
}

function plainOf(value: object, text: LineText, parents: readonly unknown[]): unknown {
  if (parents.includes(value)) return "[circular]";
  if (parents.length === levelsShown) return more;
  const family = [...parents, value];
  if (value instanceof Error) return describeError(value, text);
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  }
  if (value instanceof URL || value instanceof RegExp) return text.of(String(value));
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    return `[${value.byteLength} bytes]`;
  }
  if (value instanceof Map) return plainObject(value, (inner) => inner, text, family);
  if (value instanceof Set || Array.isArray(value)) return plainList(value, text, family);
  const source = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(source).map((name) => [name, name] as const);
  // A getter may throw, and shall cost no more than its own value.
  return plainObject(names, (name) => source[name], text, family);
}

function plainObject<T>(
  entries: Iterable<readonly [unknown, T]>,
  read: (item: T) => unknown,
  text: LineText,
  family: readonly unknown[],
): object {
  const plain: [string, unknown][] = [];
  for (const [key, item] of entries) {
    if (text.full || plain.length === entriesShown) {
      plain.push([more, more]);
      break;
    }
    const name = typeof key === "object" ? "[object]" : String(key);
    const shownName = text.of(name, nameCharacters);
    const value = isCredentialName(name) ? redacted : plainValue(readOf(read, item), text, family);
    plain.push([shownName, value]);
  }
  return Object.fromEntries(plain);
}

function readOf<T>(read: (item: T) => unknown, item: T): unknown {
  try {
    return read(item);
  } catch {
    return unreadable;
  }
}

function plainList(
  items: Iterable<unknown>,
  text: LineText,
  family: readonly unknown[],
): readonly unknown[] {
  const plain: unknown[] = [];
  for (const item of items) {
    if (text.full || plain.length === entriesShown) return [...plain, more];
    plain.push(plainValue(item, text, family));
  }
  return plain;
}
