import { parse as parseYaml } from "yaml";

export type ParsedDocument =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** Parses JSON or YAML text. The message of a failure holds no part of the text. */
export function parseDocument(text: string): ParsedDocument {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // Not JSON; YAML it may be.
  }
  try {
    return { ok: true, value: parseYaml(text, { maxAliasCount: 100, prettyErrors: false }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : "";
    return { ok: false, message: `neither JSON nor YAML: ${reason}` };
  }
}
