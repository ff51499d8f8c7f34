import type { Plugin } from "vitest/config";

export const slimOciSdkForVite: Plugin;
