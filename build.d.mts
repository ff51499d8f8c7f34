import type { Metafile } from "esbuild";
import type { Plugin } from "vitest/config";

export const ociServices: Readonly<Record<string, string>>;
export const slimOciSdkForVite: Plugin;
export function buildFunction(): Promise<Metafile>;
