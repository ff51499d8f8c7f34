import { closest, distance } from "fastest-levenshtein";
import { InvalidRequestError, PoolNotFoundError, type UtilizationError } from "../errors.ts";
import { isJsonObject } from "./json-object.ts";

/** Something wrong with a request or a configuration, and where. */
export interface Problem {
  /** `pools[2].windowMinutes`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
  /** What to do instead. */
  readonly hint?: string;
  /** Whether it is only that nothing goes by this name. */
  readonly isUnknownName?: boolean;
}

const problemsShown = 20;
const charactersShown = 2_000;
const receivedShown = 60;
const namesShown = 10;
const nameCharactersShown = 500;

/** One sentence that names every problem, as many as a person can use. */
export function describeProblems(problems: readonly Problem[]): string {
  const all = problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return firstOf(all, "; ", problemsShown, charactersShown);
}

/** The error that says all of them. */
export function errorOf(problems: readonly Problem[]): UtilizationError {
  const isUnknown = problems.length === 1 && problems[0]?.isUnknownName === true;
  const Failure = isUnknown ? PoolNotFoundError : InvalidRequestError;
  const hint = problems.find((problem) => problem.hint !== undefined)?.hint;
  return new Failure(describeProblems(problems), { hint });
}

/** "a, b, c", and how many more there are than a person can use. */
export function listNames(names: readonly string[]): string {
  return firstOf(names, ", ", namesShown, nameCharactersShown);
}

/** The first of these texts: the very first, and as many more as fit into so many characters. */
function firstOf(
  texts: readonly string[],
  separator: string,
  most: number,
  characters: number,
): string {
  const shown: string[] = [];
  let length = 0;
  for (const text of texts.slice(0, most)) {
    length += text.length;
    if (length > characters && shown.length > 0) break;
    shown.push(text.length <= characters ? text : `${text.slice(0, characters)}…`);
  }
  const more = texts.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(separator);
}

/** Joins a path with the next key or index, the way it is written in JavaScript; one may begin with `POOLS: `. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[\w-]{1,100}$/.test(key)) return `${path}[${shorten(JSON.stringify(key))}]`;
  return path === "" || path.endsWith(": ") ? `${path}${key}` : `${path}.${key}`;
}

/** Twice as many as any object here has: whoever sends more is not helped by a list of them. */
const maximumKeys = 50;

/** The problem of an object that has far too many keys to be looked at one by one. */
export function tooManyKeys(value: object, path: string): Problem | undefined {
  const count = Object.keys(value).length;
  return count <= maximumKeys ? undefined : { path, message: `has ${count} keys, far too many` };
}

/** What to say of a key that isn't known: the one that was probably meant, else all. */
export function unknownKey(key: string, known: readonly string[]): string {
  if (known.length === 0) return "can't be a key here";
  const meant = suggestion(key, known);
  return meant === undefined
    ? `unknown key; known are ${known.join(", ")}`
    : `unknown key; did you mean ${meant}?`;
}

/** Comparing takes as long as words are; a request may have a thousand that nothing is called. */
const mostCharactersCompared = 30_000;

/** The known word that differs least from `word`, if that is little enough to be a mistake. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  if (word.length > 100 || word.length * known.length > mostCharactersCompared) return undefined;
  const wanted = plain(word);
  const allowedFor = ({ length }: string) =>
    Math.min(Math.max(2, Math.floor(length / 3)), length - 1);
  const candidates = known.filter(
    (name) => Math.abs(name.length - word.length) <= 2 * allowedFor(name),
  );
  if (candidates.length === 0) return undefined;
  const nearest = closest(wanted, candidates.map(plain));
  if (distance(wanted, nearest) > allowedFor(nearest)) return undefined;
  return candidates.find((name) => plain(name) === nearest);
}

function plain(text: string): string {
  return text.replace(/[_-]/g, "").toLowerCase();
}

/** What was read, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** One thing is wrong, and no more can be said. */
export function failed(path: string, message: string) {
  return { ok: false, problems: [{ path, message }] } as const;
}

/** Reads an object of things by name: as many as are right, and every problem of the others. */
export function readByName<T>(
  value: unknown,
  path: string,
  things: string,
  read: (name: string, value: unknown, path: string) => Checked<T>,
) {
  const found = new Map<string, T>();
  const problems: Problem[] = [];
  if (!isJsonObject(value)) {
    problems.push({ path, message: `expected an object of ${things} by name` });
    return { found, problems };
  }
  for (const [name, one] of Object.entries(value)) {
    const checked = read(name, one, joinPath(path, name));
    if (checked.ok) found.set(name, checked.value);
    else problems.push(...checked.problems);
  }
  return { found, problems };
}

/** As much of a text as a message repeats. */
export function shorten(text: string): string {
  return text.length <= receivedShown ? text : `${text.slice(0, receivedShown)}…`;
}
