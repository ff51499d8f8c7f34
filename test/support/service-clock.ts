import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeOptions } from "../../tools/package/contents.ts";
import { createTemporaryDirectory, type TemporaryDirectory } from "./temporary-directory.ts";

const preload = fileURLToPath(new URL("./shifted-clock.cjs", import.meta.url));

/**
 * One clock for services and a function process, which a test sets: so that it waits for no hour, and for no end of
 * a minute. It is behind the machine's, as Fn's deadlines are of the machine's clock, and goes on by itself.
 */
export class ServiceClock {
  /** What a function process needs to go by it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #directory: TemporaryDirectory;
  readonly #file: string;
  #behindMs = 0;

  private constructor(directory: TemporaryDirectory) {
    this.#directory = directory;
    this.#file = join(directory.path, "clock");
    this.environment = {
      SHIFTED_CLOCK: this.#file,
      NODE_OPTIONS: `${nodeOptions} --require=${preload}`,
    };
  }

  /** @param behindMs how long ago, by the machine's clock, it is on this one */
  static async start(behindMs: number): Promise<ServiceClock> {
    const clock = new ServiceClock(await createTemporaryDirectory());
    clock.setBehind(behindMs);
    return clock;
  }

  readonly now = (): Date => new Date(Date.now() - this.#behindMs);

  setBehind(ms: number): void {
    this.#behindMs = ms;
    writeFileSync(this.#file, String(ms));
  }

  /** Sets it to this time. */
  set(time: Date): void {
    this.setBehind(Date.now() - time.getTime());
  }

  close(): Promise<void> {
    return this.#directory.remove();
  }
}
