import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** What a child process does when it is asked. */
type Methods<M> = { readonly [K in keyof M]: (...args: never[]) => unknown };

interface Question {
  readonly name: string;
  readonly args: readonly unknown[];
}

type Reply = { readonly result: unknown } | { readonly error: string };

/**
 * A process with an event loop of its own, so that a server doesn't share one with what is measured
 * against it. It ends with its parent.
 */
export class Child<M extends Methods<M>> {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** Starts a module that calls `serveParent`, with the environment given and PATH. */
  static async start<M extends Methods<M>>(
    module: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Child<M>> {
    const { PATH = "" } = process.env;
    const env = { PATH, ...environment };
    const child = fork(new URL(module, import.meta.url), { env, serialization: "advanced" });
    // Says that it listens.
    await once(child, "message");
    return new Child<M>(child);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** One question at a time. Throws what the child threw, as text. */
  async ask<K extends keyof M & string>(
    name: K,
    ...args: Parameters<M[K]>
  ): Promise<Awaited<ReturnType<M[K]>>> {
    const question: Question = { name, args };
    const answered = new AbortController();
    const { signal } = answered;
    const reply = Promise.race([
      once(this.#process, "message", { signal }),
      once(this.#process, "exit", { signal }).then(() => [{ error: "The child has ended." }]),
    ]);
    this.#process.send(question);
    const [answer] = (await reply) as [Reply];
    // Or a thousand questions would leave a thousand listeners.
    answered.abort();
    if ("error" in answer) throw new Error(`${name}: ${answer.error}`);
    return answer.result as Awaited<ReturnType<M[K]>>;
  }

  async close(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
  }
}

/** In the child: answers the parent's questions. */
export function serveParent<M extends Methods<M>>(methods: M): void {
  process.on("message", async ({ name, args }: Question) => {
    const method: (...args: never[]) => unknown = methods[name as keyof M];
    const reply: Reply = await Promise.resolve()
      .then(() => method(...(args as never[])))
      .then(
        (result) => ({ result }),
        (error: unknown) => ({
          error: error instanceof Error ? (error.stack ?? "") : String(error),
        }),
      );
    process.send?.(reply);
  });
  process.on("disconnect", () => process.exit());
  process.send?.("listening");
}
