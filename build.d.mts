import type { Metafile } from "esbuild";

export function buildFunction(options?: {
  /** @default dist/func.cjs */
  readonly outfile?: string;
  /** @default true */
  readonly minify?: boolean;
}): Promise<Metafile>;

export function buildCommand(options?: {
  /** @default dist/command.cjs */
  readonly outfile?: string;
}): Promise<void>;

export function buildCodeCacheWriter(options?: {
  /** @default dist/write-code-cache.cjs */
  readonly outfile?: string;
}): Promise<void>;
