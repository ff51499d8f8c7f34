import type { Reporter } from "vitest/node";
import { canaries } from "../faults/secret-canary.ts";

/** Fails the run when a test prints a secret of the functions that it tries. */
export class SecretReporter implements Reporter {
  readonly #printed: string[] = [];

  onUserConsoleLog({ content }: { readonly content: string }): void {
    for (const canary of Object.values(canaries)) {
      if (content.includes(canary)) this.#printed.push(canary);
    }
  }

  onTestRunEnd(): void {
    if (this.#printed.length === 0) return;
    process.exitCode = 1;
    console.error(`Tests printed secrets, such as ${this.#printed[0]?.slice(0, 20)}…`);
  }
}
