import * as v from "valibot";
import type { Doc } from "./doc.ts";
import { isJsonObject } from "./json-object.ts";
import { type Checked, joinPath, type Problem, shorten, unknownKey } from "./problems.ts";

// A key stands in one place: its type, its text and its default. Validation, the JSON Schemas and
// docs/reference.md are made from there.

interface Key<D> {
  readonly about: Doc | undefined;
  /** What holds where nothing is said. */
  readonly otherwise: D;
}

/** Any of them, of which nothing more is known. */
export type AnyKey = v.GenericSchema & Key<unknown>;

/** A key that may be left out. */
export type MayBeMissing<S extends v.GenericSchema, D = undefined> = v.OptionalSchema<
  S,
  undefined
> &
  Key<D>;

/** A key that may be left out, and what holds then. */
export function key<
  S extends v.GenericSchema,
  const D extends v.InferOutput<S> | undefined = undefined,
>(type: S, about: Doc | undefined, otherwise?: D) {
  return Object.assign(v.optional(type), { about, otherwise }) as MayBeMissing<S, D>;
}

/** A key that has to be given. */
export function requiredKey<S extends v.GenericSchema>(type: S, about: Doc | undefined) {
  return { ...type, about, otherwise: undefined };
}

/** What keys come to when they are complete: one that has a default is always there. */
export type Complete<E> = {
  readonly [K in keyof E]: E[K] extends v.GenericSchema
    ? E[K] extends Key<undefined>
      ? v.InferOutput<E[K]>
      : NonNullable<v.InferOutput<E[K]>>
    : never;
};

/** What holds where nothing is said. */
export function defaultsOf<E extends Readonly<Record<string, Key<unknown>>>>(keys: E) {
  const all = Object.entries(keys).map(([name, { otherwise }]) => [name, otherwise]);
  return Object.fromEntries(all) as { readonly [K in keyof E]: E[K]["otherwise"] };
}

/** The schema of what is given in a key's place. */
interface Inner {
  readonly type: string;
  /** Of an object. */
  readonly entries?: Readonly<Record<string, AnyKey>>;
  /** Of a record. */
  readonly value?: v.GenericSchema;
}

/** What stands in a key's place when it is given. */
export function innerOf(entry: object): Inner {
  const { wrapped } = entry as { readonly wrapped?: object };
  return wrapped === undefined ? (entry as Inner) : innerOf(wrapped);
}

/**
 * Parses `value`, reporting every problem below `path`, and every key that is not known as one. `secret`
 * input is never repeated.
 */
export function check<S extends v.GenericSchema & { readonly entries: v.ObjectEntries }>(
  schema: S,
  value: unknown,
  path: string,
  options: { readonly secret?: boolean } = {},
): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, value);
  const unknown = unknownKeys(value, schema, path);
  if (result.success && unknown.length === 0) return { ok: true, value: result.output };
  const problems = (result.issues ?? []).map((issue) => ({
    path: (issue.path ?? []).reduce((at, item) => joinPath(at, item.key as string | number), path),
    message: describeIssue(issue, options.secret ?? false),
  }));
  return { ok: false, problems: [...problems, ...unknown] };
}

/** What valibot passes over in a record, for fear of prototypes. */
const reservedKeys: readonly string[] = ["__proto__", "constructor", "prototype"];

/** Every key that isn't known: `v.strictObject` would stop at the first. */
function unknownKeys(value: unknown, schema: object, path: string): readonly Problem[] {
  const { entries, value: ofRecord } = innerOf(schema);
  if (!isJsonObject(value) || (entries ?? ofRecord) === undefined) return [];
  const known = Object.keys(entries ?? {});
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = joinPath(path, name);
    const isKnown = entries ? Object.hasOwn(entries, name) : !reservedKeys.includes(name);
    if (!isKnown) return [{ path: at, message: unknownKey(name, known) }];
    return unknownKeys(inner, entries?.[name] ?? ofRecord ?? {}, at);
  });
}

function describeIssue(issue: v.BaseIssue<unknown>, secret: boolean): string {
  if (issue.kind === "schema" && issue.input === undefined) return "is missing";
  const isOwn = issue.kind === "validation" || !issue.message.startsWith("Invalid type: ");
  const expected = isOwn
    ? issue.message
    : `expected ${issue.expected?.replace(/^\((.*)\)$/, "$1") ?? issue.type}`;
  return secret ? expected : `${expected}, got ${shorten(issue.received)}`;
}
