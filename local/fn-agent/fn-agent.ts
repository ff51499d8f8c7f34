import { randomUUID } from "node:crypto";
import type { InvokeOptions } from "./call.ts";
import { Container, type ContainerOptions, StartError } from "./container.ts";
import { type FnResponse, failure } from "./response.ts";

export interface FnAgentOptions extends ContainerOptions {
  /** How long a call may take. @default 30_000, which is Fn's */
  readonly timeoutMs?: number;
  /** How long after its deadline a call is killed: Fn does it at once. @default 0 */
  readonly graceMs?: number;
  readonly onLog?: (line: string) => void;
}

const maximumLogLines = 10_000;
const lastLinesShown = 10;
const defaultTimeoutMs = 30_000;

const startFailures = {
  502: "Container failed to initialize, please ensure you are using the latest fdk and check the logs",
  504: "Container initialization timed out, please ensure you are using the latest fdk and check the logs",
} as const;

/**
 * Runs a function as Fn's agent does: over HTTP on a unix socket, one call at a time, with Fn's
 * environment only, and a new process after one that died.
 */
export class FnAgent {
  readonly #options: FnAgentOptions;
  readonly #lines: string[] = [];
  #container: Container | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: FnAgentOptions) {
    this.#options = options;
  }

  /** Throws, with the last log lines, when the function does not come to its socket in time. */
  static async start(options: FnAgentOptions): Promise<FnAgent> {
    const agent = new FnAgent(options);
    try {
      await agent.#runningContainer();
      return agent;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      const lastLines = agent.#lines.slice(-lastLinesShown);
      throw new Error([error.message, ...lastLines].join("\n"), { cause: error });
    }
  }

  /** Calls the function when the calls before have ended; throws only after `close()`. */
  invoke(body: string | Buffer = "", options: InvokeOptions = {}): Promise<FnResponse> {
    const response = this.#queue.then(() => this.#invoke(Buffer.from(body), options));
    this.#queue = response.catch(() => undefined);
    return response;
  }

  /** The last complete lines of stdout and stderr, as they came. */
  logLines(): readonly string[] {
    return [...this.#lines];
  }

  get running(): boolean {
    return this.#container?.running ?? false;
  }

  get pid(): number | undefined {
    return this.running ? this.#container?.pid : undefined;
  }

  /**
   * Stops the function where it stands, as Fn does with one that is idle. Fn thaws it for the next
   * call; here that is up to the caller, who may also freeze it in the middle of one.
   */
  freeze(): void {
    this.#container?.freeze();
  }

  thaw(): void {
    this.#container?.thaw();
  }

  /** Kills the function: Fn never sends SIGTERM. A call under way gets its 502. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#container?.kill();
    await this.#queue;
  }

  async #invoke(body: Buffer, options: InvokeOptions): Promise<FnResponse> {
    const { timeoutMs = defaultTimeoutMs, graceMs = 0 } = this.#options;
    const { callId = newCallId() } = options;
    try {
      const container = await this.#runningContainer();
      return await container.call({ ...options, body, callId, timeoutMs, graceMs });
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return failure(error.status, startFailures[error.status], callId);
    }
  }

  async #runningContainer(): Promise<Container> {
    if (this.#container?.running) return this.#container;
    await this.#container?.kill();
    if (this.#closed) throw new Error("The agent is closed.");
    this.#container = new Container(this.#options, (line) => this.#log(line));
    await this.#container.ready();
    return this.#container;
  }

  #log(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > maximumLogLines) this.#lines.shift();
    this.#options.onLog?.(line);
  }
}

function newCallId(): string {
  return `ocid1.fncall.oc1.iad.aaaaaaaa${randomUUID().replaceAll("-", "")}`;
}
