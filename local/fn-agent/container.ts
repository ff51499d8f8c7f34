import { type ChildProcessByStdio, spawn } from "node:child_process";
import { accessSync, mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { atProcessEnd } from "./at-process-end.ts";
import { callFunction, type FunctionCall } from "./call.ts";
import { functionEnvironment } from "./environment.ts";
import { Limits } from "./limits.ts";
import { exists, isListener } from "./listener.ts";
import type { FnResponse } from "./response.ts";

export interface ContainerOptions {
  /** The file that node runs. */
  readonly bundle: string;
  /** The application's and function's configuration; it can't override what Fn itself sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default this process's node */
  readonly nodePath?: string;
  readonly nodeArguments?: readonly string[];
  /** How long a process may take to its socket. @default 5_000, which is Fn's */
  readonly startTimeoutMs?: number;
  /** What Fn calls the function's memory: more of it ends the process. @default 128 */
  readonly memoryMb?: number;
  /** False lets the process have all that the machine has, as no container of Fn may. @default true */
  readonly limited?: boolean;
  /** How long after a call the process is frozen. @default 50, which is Fn's */
  readonly freezeAfterMs?: number;
  /** How long after a call the process is killed if there is no other. @default 30_000, which is Fn's */
  readonly idleTimeoutMs?: number;
}

/** A process that did not come to its socket; `status` is what its caller would see. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly status: 502 | 504;

  constructor(status: 502 | 504, message: string) {
    super(message);
    this.status = status;
  }
}

const defaults = {
  startTimeoutMs: 5_000,
  memoryMb: 128,
  freezeAfterMs: 50,
  idleTimeoutMs: 30_000,
} as const;
const pollMs = 1;
/** Fn closes the connection to a function that is idle for this long. */
const idleConnectionMs = 1_000;
/** How long a process that the function started may hold its log pipes when it is dead. */
const logDrainMs = 500;

/** One process with a directory of its own: an FDK can't listen where another one has. */
export class Container {
  readonly #options: Required<Pick<ContainerOptions, keyof typeof defaults>>;
  readonly #limits: Limits | undefined;
  readonly #socket: string;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #connections = new Agent({ keepAlive: true, maxSockets: 1, timeout: idleConnectionMs });
  readonly #ended: Promise<void>;
  /** The child's own `killed` is true after any signal. */
  #killed = false;
  #busy = true;
  #held = false;
  #timers: readonly NodeJS.Timeout[] = [];

  /** Throws when there is no such file as `nodePath`. */
  constructor(options: ContainerOptions, log: (line: string) => void) {
    const { nodePath = process.execPath, nodeArguments = [], bundle, limited = true } = options;
    accessSync(nodePath);
    const directory = mkdtempSync(join(tmpdir(), "fn-"));
    this.#options = { ...defaults, ...options };
    this.#socket = join(directory, "lsnr.sock");
    const { memoryMb } = this.#options;
    const limits = limited ? Limits.make(basename(directory), memoryMb) : undefined;
    this.#limits = limits;
    const nodeCommand = [...nodeArguments, resolve(bundle)];
    const [command, given] = limits?.command(nodePath, nodeCommand) ?? [nodePath, nodeCommand];
    const child = spawn(command, given, {
      env: functionEnvironment(options.environment, { socket: this.#socket, memoryMb }),
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that signals reach whatever the function starts, too.
      detached: true,
    });
    this.#child = child;
    child.on("error", ({ message }) => log(message));
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", log);
      child.once("exit", () => setTimeout(() => input.destroy(), logDrainMs).unref());
    }

    const clearAway = () => {
      rmSync(directory, { recursive: true, force: true });
      limits?.remove();
    };
    const forget = atProcessEnd(() => {
      this.#signal("SIGKILL");
      clearAway();
    });
    this.#ended = new Promise((ended) => {
      // "close" comes after the last log line, and, other than "exit", also when spawn failed.
      child.once("close", () => {
        forget();
        this.#connections.destroy();
        this.#stopTimers();
        clearAway();
        ended();
      });
    });
  }

  get running(): boolean {
    const { exitCode, signalCode } = this.#child;
    return !this.#killed && exitCode === null && signalCode === null;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** A container has one call at a time, and none before it is ready and at rest. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Whether the machine ends the process when it takes more memory than Fn would give it. */
  get memoryIsLimited(): boolean {
    return this.#limits?.memory ?? false;
  }

  /** Throws a StartError, and leaves nothing behind, when the socket doesn't come up. */
  async ready(): Promise<void> {
    const deadline = performance.now() + this.#options.startTimeoutMs;
    while (this.running && !exists(this.#socket) && performance.now() < deadline) {
      await delay(pollMs);
    }
    const exited = !this.running;
    const appeared = exists(this.#socket);
    if (!exited && isListener(this.#socket)) return;
    await this.kill();
    if (exited) {
      const { exitCode, signalCode } = this.#child;
      const how = signalCode ?? exitCode;
      throw new StartError(502, `The function exited (${how}) before it listened.`);
    }
    if (appeared) {
      const problem = "is neither a socket nor a relative link to one beside it";
      throw new StartError(502, `lsnr.sock ${problem}.`);
    }
    throw new StartError(
      504,
      `The function did not listen within ${this.#options.startTimeoutMs} ms.`,
    );
  }

  /** Calls the function, which goes on if it was frozen, and kills it when Fn would; then it rests. */
  async call(call: FunctionCall): Promise<FnResponse> {
    this.#busy = true;
    this.#stopTimers();
    if (!this.#held) this.#signal("SIGCONT");
    const connection = { socketPath: this.#socket, agent: this.#connections };
    const { response, lives } = await callFunction(connection, call);
    // What was logged before the response is in the pipes, and is read before the next turn.
    await (lives ? nextTurn() : this.kill());
    if (this.running) this.rest();
    return response;
  }

  /** It has no call: it is frozen before long, as by `docker pause`, and killed if none comes. */
  rest(): void {
    const { freezeAfterMs, idleTimeoutMs } = this.#options;
    this.#busy = false;
    this.#timers = [
      setTimeout(() => this.#signal("SIGSTOP"), freezeAfterMs).unref(),
      setTimeout(() => void this.kill(), idleTimeoutMs).unref(),
    ];
  }

  /** Stops it where it stands until `thaw()`, even in a call. SIGKILL reaches it all the same. */
  freeze(): void {
    this.#held = true;
    this.#signal("SIGSTOP");
  }

  /** Lets it go on; it is not frozen again before its next call has ended. */
  thaw(): void {
    this.#held = false;
    this.#stopTimers();
    this.#signal("SIGCONT");
  }

  /** Resolves when the process is dead, its log is read, and its directory is gone. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.#signal("SIGKILL");
    await this.#ended;
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  /** To the whole group; there is none when the process did not start, or is gone. */
  #signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended a moment ago.
    }
  }
}
