import { defineConfig } from "vitest/config";
import { slimOciSdkForVite } from "./build/oci-sdk.mjs";
import { LongestFirst } from "./test/support/longest-first.ts";
import { SecretReporter } from "./test/support/secret-reporter.ts";

/** A test fails by what it finds: this only ends one that hangs, however busy the machine is. */
const patienceMs = 60_000;

interface Suite {
  readonly testTimeout: number;
  readonly globalSetup?: string[];
  /** Whether each file has modules of its own, which takes longer than most unit tests. @default true */
  readonly isolate?: boolean;
}

const project = (name: string, suite: Suite) => ({
  extends: true as const,
  test: {
    ...suite,
    name,
    include: [`test/${name}/**/*.test.ts`],
    // What integration tests need beyond npm they fetch in their hooks, once on a machine.
    hookTimeout: 300_000,
  },
});

export default defineConfig({
  plugins: [slimOciSdkForVite],
  test: {
    // Most of the time tests wait for processes and servers: more files at once than cores.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    setupFiles: ["test/support/no-warnings.ts"],
    reporters: ["default", ["json", { outputFile: "coverage/tests.json" }], new SecretReporter()],
    projects: [
      project("unit", { testTimeout: patienceMs, isolate: false }),
      project("component", { testTimeout: patienceMs }),
      project("contract", { testTimeout: patienceMs }),
      project("integration", {
        testTimeout: 2 * patienceMs,
        globalSetup: ["test/support/build-function.ts"],
      }),
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.d.ts"],
      reporter: ["text-summary", "html"],
    },
  },
});
