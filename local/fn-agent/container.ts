import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { atProcessEnd } from "./at-process-end.ts";
import { callFunction, type FunctionCall } from "./call.ts";
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

const defaultStartTimeoutMs = 5_000;
const pollMs = 1;
/** Fn closes the connection to a function that is idle for this long. */
const idleConnectionMs = 1_000;
/** How long a process that the function started may hold its log pipes when it is dead. */
const logDrainMs = 500;

/** One process with a directory of its own: an FDK can't listen where another one has. */
export class Container {
  readonly #startTimeoutMs: number;
  readonly #socket: string;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #connections = new Agent({ keepAlive: true, maxSockets: 1, timeout: idleConnectionMs });
  readonly #ended: Promise<void>;
  /** The child's own `killed` is true after any signal. */
  #killed = false;

  constructor(options: ContainerOptions, log: (line: string) => void) {
    const { nodePath = process.execPath, nodeArguments = [], bundle } = options;
    const directory = mkdtempSync(join(tmpdir(), "fn-"));
    this.#startTimeoutMs = options.startTimeoutMs ?? defaultStartTimeoutMs;
    this.#socket = join(directory, "lsnr.sock");
    const child = spawn(nodePath, [...nodeArguments, resolve(bundle)], {
      env: functionEnvironment(options.environment, this.#socket),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.on("error", ({ message }) => log(message));
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", log);
      child.once("exit", () => setTimeout(() => input.destroy(), logDrainMs).unref());
    }

    const removeDirectory = () => rmSync(directory, { recursive: true, force: true });
    const forget = atProcessEnd(() => {
      child.kill("SIGKILL");
      removeDirectory();
    });
    this.#ended = new Promise((ended) => {
      // "close" comes after the last log line, and, other than "exit", also when spawn failed.
      child.once("close", () => {
        forget();
        this.#connections.destroy();
        removeDirectory();
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

  /** Throws a StartError, and leaves nothing behind, when the socket doesn't come up. */
  async ready(): Promise<void> {
    const deadline = performance.now() + this.#startTimeoutMs;
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
    throw new StartError(504, `The function did not listen within ${this.#startTimeoutMs} ms.`);
  }

  /** Calls the function, and kills it when Fn would. */
  async call(call: FunctionCall): Promise<FnResponse> {
    const connection = { socketPath: this.#socket, agent: this.#connections };
    const { response, lives } = await callFunction(connection, call);
    // What was logged before the response is in the pipes, and is read before the next turn.
    await (lives ? nextTurn() : this.kill());
    return response;
  }

  /** Stops the process where it stands, as `docker pause` does. SIGKILL reaches it all the same. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  /** Lets a frozen process go on. */
  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  /** Resolves when the process is dead, its log is read, and its directory is gone. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

function functionEnvironment(
  configuration: Readonly<Record<string, string>> | undefined,
  socket: string,
): Record<string, string> {
  const { PATH = "" } = process.env;
  return {
    PATH,
    // OCI sets the names; fnserver doesn't.
    FN_APP_NAME: "local",
    FN_FN_NAME: "function",
    ...configuration,
    FN_APP_ID: "ocid1.fnapp.oc1.iad.aaaaaaaalocalapplication",
    FN_FN_ID: "ocid1.fnfunc.oc1.iad.aaaaaaaalocalfunction",
    FN_FORMAT: "http-stream",
    FN_LISTENER: `unix:${socket}`,
    FN_MEMORY: "128",
    FN_TYPE: "sync",
  };
}
