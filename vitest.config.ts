import { defineConfig } from "vitest/config";
import { slimOciSdkForVite } from "./build.mjs";

const project = (name: string, testTimeout: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: 120_000 },
});

export default defineConfig({
  plugins: [slimOciSdkForVite],
  test: {
    reporters: ["default", ["json", { outputFile: "coverage/tests.json" }]],
    projects: [
      project("unit", 20_000),
      project("contract", 20_000),
      project("integration", 60_000),
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.d.ts"],
      reporter: ["text-summary", "html"],
    },
  },
});
