/** What the reference and the JSON Schemas say of a key, besides what they read off its type. */
export interface Doc {
  readonly text: string;
  /** What may stand there, in words; else as the type has it. */
  readonly values?: string;
  readonly example?: unknown;
  /** Of a credential: what the Vault secret holds that may be given instead. */
  readonly inVault?: string;
}

/**
 * The text of a key beside its type. In the function's bundle an empty function is in the place of this
 * one (build/replacements.mjs), and esbuild leaves the texts out.
 */
export function doc(text: string, more: Omit<Doc, "text"> = {}): Doc | undefined {
  return { text, ...more };
}
