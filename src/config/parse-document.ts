import { parse as parseYaml, YAMLParseError } from "yaml";

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
    const options = { maxAliasCount: 100, prettyErrors: true, logLevel: "error" } as const;
    return { ok: true, value: parseYaml(text, options) };
  } catch (error) {
    return { ok: false, message: `neither JSON nor YAML${whereOf(error)}` };
  }
}

/** The place only: YAML's own messages quote the text, and the text may hold secrets. */
function whereOf(error: unknown): string {
  if (!(error instanceof YAMLParseError)) return "";
  const [start] = error.linePos ?? [];
  return start === undefined ? "" : ` (${error.code} at line ${start.line}, column ${start.col})`;
}
