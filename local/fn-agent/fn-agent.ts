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
 * Runs a function as Fn's agent does: over HTTP on a unix socket, in Fn's environment and limits only,
 * one call at a time in a process, so in another process for a call beside it, frozen between calls,
 * and in a new one after one that died.
 */
export class FnAgent {
  readonly #options: FnAgentOptions;
  readonly #lines: string[] = [];
  readonly #calls = new Set<Promise<unknown>>();
  #containers: readonly Container[] = [];
  #closed = false;

  private constructor(options: FnAgentOptions) {
    this.#options = options;
  }

  /** Throws, with the last log lines, when the function does not come to its socket in time. */
  static async start(options: FnAgentOptions): Promise<FnAgent> {
    const agent = new FnAgent(options);
    try {
      const container = agent.#makeContainer();
      await container.ready();
      container.rest();
      return agent;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      const lastLines = agent.#lines.slice(-lastLinesShown);
      throw new Error([error.message, ...lastLines].join("\n"), { cause: error });
    }
  }

  /** Calls the function, in a new process when all have a call; throws only after `close()`. */
  invoke(body: string | Buffer = "", options: InvokeOptions = {}): Promise<FnResponse> {
    const response = this.#invoke(Buffer.from(body), options);
    const settled: Promise<unknown> = response.catch(() => undefined);
    this.#calls.add(settled);
    void settled.then(() => this.#calls.delete(settled));
    return response;
  }

  /** The last complete lines of stdout and stderr of all processes, as they came. */
  logLines(): readonly string[] {
    return [...this.#lines];
  }

  get running(): boolean {
    return this.pid !== undefined;
  }

  /** Of the process that was started first, of those that live. */
  get pid(): number | undefined {
    return this.#containers.find((container) => container.running)?.pid;
  }

  /** Of all processes that live. */
  get pids(): readonly number[] {
    return this.#containers.flatMap(({ running, pid }) => (running && pid ? [pid] : []));
  }

  /** Whether this machine ends a process that takes more memory than Fn would give it. */
  get memoryIsLimited(): boolean {
    return this.#containers.some((container) => container.memoryIsLimited);
  }

  /** Stops the function where it stands until `thaw()`, as Fn does with one that is idle. */
  freeze(): void {
    for (const container of this.#containers) container.freeze();
  }

  /** Lets the function go on; Fn does so for the next call. It is not frozen before that has ended. */
  thaw(): void {
    for (const container of this.#containers) container.thaw();
  }

  /** Kills the function: Fn never sends SIGTERM. A call under way gets its 502. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#containers.map((container) => container.kill()));
    await Promise.all(this.#calls);
  }

  async #invoke(body: Buffer, options: InvokeOptions): Promise<FnResponse> {
    const { timeoutMs = defaultTimeoutMs, graceMs = 0 } = this.#options;
    const { callId = newCallId() } = options;
    const call = { ...options, body, callId, timeoutMs, graceMs };
    const idle = this.#containers.find(({ running, busy }) => running && !busy);
    if (idle !== undefined) return idle.call(call);
    if (this.#closed) throw new Error("The agent is closed.");
    const container = this.#makeContainer();
    try {
      await container.ready();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return failure(error.status, startFailures[error.status], callId);
    }
    return container.call(call);
  }

  #makeContainer(): Container {
    const container = new Container(this.#options, (line) => this.#log(line));
    this.#containers = [...this.#containers.filter(({ running }) => running), container];
    return container;
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
