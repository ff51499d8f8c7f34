import type * as v from "valibot";
import { type Doc, doc } from "../src/config/doc.ts";

/** A key of what is read, or a field of what is written. */
export interface Described {
  readonly type: string;
  readonly about: Doc;
  /** Undefined where there is no default; a field of a result knows none. */
  readonly otherwise?: unknown;
}

/** A field of a result, and what is said of it. */
export function field<S extends v.GenericSchema>(schema: S, text: string) {
  return { ...schema, about: doc(text) };
}

/** What is said of a key, of its default, and whether it is required. */
export function describeKey(entry: Described): string {
  const { type, about, otherwise } = entry;
  if (!("otherwise" in entry)) return about.text;
  if (type !== "optional") return `${about.text} Required.`;
  if (otherwise === undefined) return about.text;
  const value = typeof otherwise === "string" ? otherwise : JSON.stringify(otherwise);
  return `${about.text} Default: ${value}.`;
}
