import { defineConfig } from "vitest/config";
import { slimOciSdkForVite } from "./build/oci-sdk.mjs";
import { SecretReporter } from "./test/support/secret-reporter.ts";

const project = (name: string, testTimeout: number, globalSetup: string[] = []) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    // What integration tests need beyond npm they fetch in their hooks, once on a machine.
    hookTimeout: 300_000,
    globalSetup,
  },
});

export default defineConfig({
  plugins: [slimOciSdkForVite],
  test: {
    reporters: ["default", ["json", { outputFile: "coverage/tests.json" }], new SecretReporter()],
    projects: [
      project("unit", 20_000),
      project("contract", 20_000),
      project("integration", 60_000, ["test/support/build-function.ts"]),
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.d.ts"],
      reporter: ["text-summary", "html"],
    },
  },
});
