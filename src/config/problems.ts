import { closest, distance } from "fastest-levenshtein";
import * as v from "valibot";

/** Something wrong with a request or a configuration, and where. */
export interface Problem {
  /** `pools[2].windowMinutes`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

const problemsShown = 20;
const receivedShown = 60;

/** One sentence that names every problem, as many as a person can use. */
export function describeProblems(problems: readonly Problem[]): string {
  const shown = problems
    .slice(0, problemsShown)
    .map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/** Joins a path with the next key or index, the way it is written in JavaScript. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[\w-]{1,100}$/.test(key)) return `${path}[${shorten(JSON.stringify(key))}]`;
  return path === "" ? key : `${path}.${key}`;
}

/**
 * A valibot object that reports each key it does not know. `v.strictObject` stops at the first,
 * and a person who mistyped two keys should read of both at once.
 */
export function strictObject<const E extends v.ObjectEntries>(entries: E) {
  // An unknown key's issue does not know its key yet; describeIssue() puts the two together.
  return v.objectWithRest(entries, v.never(Object.keys(entries).join(keySeparator)));
}

const keySeparator = " ";

/** Twice as many as any object here has: whoever sends more is not helped by a list of them. */
const maximumKeys = 50;

/** The problem of an object that has far too many keys to be looked at one by one. */
export function tooManyKeys(value: object, path: string): Problem | undefined {
  const count = Object.keys(value).length;
  return count <= maximumKeys ? undefined : { path, message: `has ${count} keys, far too many` };
}

/** What to say of a key that isn't known: the one that was probably meant, else all. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = suggestion(key, known);
  return meant === undefined
    ? `unknown key; known are ${known.join(", ")}`
    : `unknown key; did you mean ${meant}?`;
}

/** The known word that differs least from `word`, if that is little enough to be a mistake. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > 100) return undefined;
  const plain = (text: string) => text.replace(/[_-]/g, "").toLowerCase();
  const candidates = known.map(plain);
  const nearest = closest(plain(word), candidates);
  const allowed = Math.min(Math.max(2, Math.floor(nearest.length / 3)), nearest.length - 1);
  if (distance(plain(word), nearest) > allowed) return undefined;
  return known[candidates.indexOf(nearest)];
}

/** The output of a `strictObject`, without the index signature that its rest leaves behind. */
export type StrictOutput<S extends { readonly entries: v.ObjectEntries }> = v.InferOutput<
  v.ObjectSchema<S["entries"], undefined>
>;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses `value`, reporting every problem below `path`. `secret` input is never repeated. */
export function check<S extends v.GenericSchema & { readonly entries: v.ObjectEntries }>(
  schema: S,
  value: unknown,
  path: string,
  options: { readonly secret?: boolean } = {},
): Checked<StrictOutput<S>> {
  const result = v.safeParse(schema, value);
  const reserved = reservedKeys(schema, value, path);
  if (result.success && reserved.length === 0) {
    return { ok: true, value: result.output as StrictOutput<S> };
  }
  const problems = (result.issues ?? []).map((issue) => ({
    path: (issue.path ?? []).reduce((at, item) => joinPath(at, item.key as string | number), path),
    message: describeIssue(issue, options.secret ?? false),
  }));
  return { ok: false, problems: [...problems, ...reserved] };
}

/** Keys that valibot passes over, for fear of prototypes; here they are unknown like any other. */
function reservedKeys(
  { entries }: { readonly entries: v.ObjectEntries },
  value: unknown,
  path: string,
): readonly Problem[] {
  if (typeof value !== "object" || value === null) return [];
  return ["__proto__", "constructor", "prototype"]
    .filter((key) => Object.hasOwn(value, key))
    .map((key) => ({ path: joinPath(path, key), message: unknownKey(key, Object.keys(entries)) }));
}

function describeIssue(issue: v.BaseIssue<unknown>, secret: boolean): string {
  if (issue.type === "never") {
    const key = issue.path?.at(-1)?.key;
    return unknownKey(String(key), issue.message.split(keySeparator));
  }
  if (issue.kind === "schema" && issue.input === undefined) return "is missing";
  const expected =
    issue.kind === "validation"
      ? issue.message
      : `expected ${issue.expected?.replace(/^\((.*)\)$/, "$1") ?? issue.type}`;
  return secret ? expected : `${expected}, got ${shorten(issue.received)}`;
}

function shorten(text: string): string {
  return text.length <= receivedShown ? text : `${text.slice(0, receivedShown)}…`;
}
