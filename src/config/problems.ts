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
  return v.objectWithRest(
    entries,
    v.never(`unknown key; known are ${Object.keys(entries).join(", ")}`),
  );
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
  if (result.success) return { ok: true, value: result.output as StrictOutput<S> };
  const problems = result.issues.map((issue) => ({
    path: (issue.path ?? []).reduce((at, item) => joinPath(at, item.key as string | number), path),
    message: describeIssue(issue, options.secret ?? false),
  }));
  return { ok: false, problems };
}

function describeIssue(issue: v.BaseIssue<unknown>, secret: boolean): string {
  const writtenForPersons = issue.kind === "validation" || issue.type === "never";
  const expected = writtenForPersons
    ? issue.message
    : `expected ${issue.expected?.replace(/^\((.*)\)$/, "$1") ?? issue.type}`;
  if (secret || issue.type === "never") return expected;
  return `${expected}, got ${shorten(issue.received)}`;
}

function shorten(text: string): string {
  return text.length <= receivedShown ? text : `${text.slice(0, receivedShown)}…`;
}
