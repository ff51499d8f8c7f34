import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmodSync, lstatSync, mkdtempSync, readlinkSync, rmSync, statSync, watch } from "node:fs";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";

export interface FnAgentOptions {
  /** The file that node runs. */
  readonly bundle: string;
  /** The application's and function's configuration; it can't override what Fn itself sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default this process's node */
  readonly nodePath?: string;
  readonly nodeArguments?: readonly string[];
  /** How long a call may take. @default 30_000, which is Fn's */
  readonly timeoutMs?: number;
  /** How long a process may take to its socket. @default 5_000, which is Fn's */
  readonly startTimeoutMs?: number;
  readonly onLog?: (line: string) => void;
}

/** What a caller of `fn invoke` sees. */
export interface FnResponse {
  /** 200, 502 or 504. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Throws a SyntaxError when the body isn't JSON. */
  json(): unknown;
}

export interface InvokeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** @default a new one */
  readonly callId?: string;
  /** Bytes at a time, to see a body arrive in pieces. @default all at once */
  readonly chunkSize?: number;
}

/** A process that did not come to its socket; `status` is what its caller would see. */
class StartError extends Error {
  override readonly name = "StartError";
  readonly status: 502 | 504;

  constructor(status: 502 | 504, message: string, lastLines: readonly string[]) {
    super([message, ...lastLines].join("\n"));
    this.status = status;
  }
}

const startFailures = {
  502: "Container failed to initialize, please ensure you are using the latest fdk and check the logs",
  504: "Container initialization timed out, please ensure you are using the latest fdk and check the logs",
} as const;

const maximumLogLines = 10_000;
const lastLinesShown = 10;
const defaultTimeoutMs = 30_000;
const defaultStartTimeoutMs = 5_000;
/** Fn closes the connection to a function that is idle for this long. */
const idleConnectionMs = 1_000;
/** So many pieces of a body are a millisecond apart, the others only a turn of the event loop. */
const piecesApart = 64;
/** How long a dead process may still have something in its log pipes. */
const logDrainMs = 500;
const hopByHop = /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;

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
    await agent.#runningContainer();
    return agent;
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

  /** Kills the function: Fn never sends SIGTERM. A call under way gets its 502. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#container?.kill();
    await this.#queue;
    await this.#container?.kill();
  }

  async #invoke(body: Buffer, options: InvokeOptions): Promise<FnResponse> {
    const callId = options.callId ?? ocid("fncall");
    try {
      const container = await this.#runningContainer();
      return await container.call(body, { ...options, callId });
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return failure(error.status, startFailures[error.status], callId);
    }
  }

  async #runningContainer(): Promise<Container> {
    if (this.#closed) throw new Error("The agent is closed.");
    if (this.#container?.running) return this.#container;
    await this.#container?.kill();
    this.#container = new Container(this.#options, (line) => this.#log(line));
    await this.#container.ready(() => this.#lines.slice(-lastLinesShown));
    return this.#container;
  }

  #log(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > maximumLogLines) this.#lines.shift();
    this.#options.onLog?.(line);
  }
}

/** One process with a directory of its own: an FDK can't listen where another one has. */
class Container {
  readonly #options: FnAgentOptions;
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly #connections = new Agent({ keepAlive: true, maxSockets: 1, timeout: idleConnectionMs });
  readonly #ended: Promise<unknown>;
  readonly #logsEnded: Promise<unknown>;
  #running = true;

  constructor(options: FnAgentOptions, log: (line: string) => void) {
    this.#options = options;
    this.#directory = mkdtempSync(join(tmpdir(), "fn-"));
    // mkdtemp's 0700 would keep out the function's own user, which on Fn is another one.
    chmodSync(this.#directory, 0o777);
    this.#child = spawn(
      options.nodePath ?? process.execPath,
      [...(options.nodeArguments ?? []), resolve(options.bundle)],
      { env: environmentOf(options, this.#socket), stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#logsEnded = Promise.all([
      forwardLines(this.#child.stdout, log),
      forwardLines(this.#child.stderr, log),
    ]);
    this.#ended = new Promise<void>((ended) => {
      this.#child.once("exit", () => ended());
      this.#child.once("error", (error) => {
        log(error.message);
        ended();
      });
    }).then(() => this.#cleanUp());
    endWithThisProcess(this);
  }

  get running(): boolean {
    return this.#running;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get #socket(): string {
    return join(this.#directory, "lsnr.sock");
  }

  /** Throws a StartError, and leaves nothing behind, when the socket doesn't come up. */
  async ready(lastLines: () => readonly string[]): Promise<void> {
    const { startTimeoutMs = defaultStartTimeoutMs } = this.#options;
    const waiting = new AbortController();
    const outcome = await Promise.race([
      appearance(this.#socket, waiting.signal).then(() => "listening"),
      this.#ended.then(() => "exited"),
      delay(startTimeoutMs, "late", { signal: waiting.signal }).catch(() => "late"),
    ]);
    waiting.abort();
    if (outcome === "listening" && isListener(this.#socket)) return;
    const status = outcome === "late" ? 504 : 502;
    const { exitCode, signalCode } = this.#child;
    const reasons: Readonly<Record<string, string>> = {
      exited: `The function exited (${signalCode ?? exitCode}) before it listened.`,
      late: `The function did not listen within ${startTimeoutMs} ms.`,
      listening: "lsnr.sock is neither a socket nor a relative link to one beside it.",
    };
    await this.kill();
    throw new StartError(status, reasons[outcome] ?? outcome, lastLines());
  }

  /** One call, from its body to what Fn makes of the answer. */
  async call(
    body: Buffer,
    { callId, headers, chunkSize }: InvokeOptions & { readonly callId: string },
  ): Promise<FnResponse> {
    const { timeoutMs = defaultTimeoutMs } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const outgoing = request({
      socketPath: this.#socket,
      agent: this.#connections,
      method: "POST",
      path: "/call",
      headers: callHeaders(callId, body, new Date(Date.now() + timeoutMs), headers),
      signal: timeout,
    });
    try {
      const [incoming] = await Promise.all([
        responseTo(outgoing),
        send(outgoing, body, Math.max(1, chunkSize ?? body.length)),
      ]);
      const content = await collect(incoming);
      // What was logged before the response is in the pipes, and is read before the next turn.
      await nextTurn();
      return await this.#judge(incoming, content, callId);
    } catch {
      await this.kill();
      return timeout.aborted
        ? failure(504, "Timed out", callId)
        : failure(502, "error receiving function response", callId);
    }
  }

  async kill(): Promise<void> {
    this.#killNow();
    await this.#ended;
    // Not for ever: a process that the function started can hold its pipes.
    await Promise.race([this.#logsEnded, delay(logDrainMs, undefined, { ref: false })]);
  }

  /** For when there is no time to wait until the process has ended. */
  abandon(): void {
    this.#killNow();
    this.#cleanUp();
  }

  async #judge(incoming: IncomingMessage, body: Buffer, callId: string): Promise<FnResponse> {
    switch (incoming.statusCode) {
      case 200:
        return fnResponse(200, callerHeaders(incoming), body, callId);
      case 502:
        return failure(502, "function failed", callId);
      case 504:
        return failure(504, "Timed out", callId);
      default:
        await this.kill();
        return failure(502, "invalid function response", callId);
    }
  }

  #killNow(): void {
    this.#running = false;
    this.#child.kill("SIGKILL");
  }

  #cleanUp(): void {
    this.#running = false;
    this.#connections.destroy();
    rmSync(this.#directory, { recursive: true, force: true });
    containers.delete(this);
  }
}

function environmentOf(
  { environment }: FnAgentOptions,
  socket: string,
): Readonly<Record<string, string>> {
  const { PATH = "" } = process.env;
  return {
    PATH,
    // OCI sets the names; fnserver doesn't.
    FN_APP_NAME: "local",
    FN_FN_NAME: "function",
    ...environment,
    FN_APP_ID: "ocid1.fnapp.oc1.iad.aaaaaaaalocalapplication",
    FN_FN_ID: "ocid1.fnfunc.oc1.iad.aaaaaaaalocalfunction",
    FN_FORMAT: "http-stream",
    FN_LISTENER: `unix:${socket}`,
    FN_MEMORY: "128",
    FN_TYPE: "sync",
  };
}

function forwardLines(stream: Readable | null, log: (line: string) => void): Promise<unknown> {
  if (stream === null) return Promise.resolve();
  const lines = createInterface({ input: stream });
  lines.on("line", log);
  return once(lines, "close");
}

/** Resolves when there is something at `path`; watching is prompt, but not certain everywhere. */
function appearance(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((appeared) => {
    const check = () => {
      if (lstatSync(path, { throwIfNoEntry: false })) appeared();
    };
    const watcher = watch(dirname(path), check).on("error", () => undefined);
    const poll = setInterval(check, 50);
    signal.addEventListener("abort", () => {
      watcher.close();
      clearInterval(poll);
    });
    check();
  });
}

function isListener(path: string): boolean {
  try {
    if (lstatSync(path).isSymbolicLink()) {
      const target = readlinkSync(path);
      if (basename(target) !== target) return false;
    }
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}

function callHeaders(
  callId: string,
  body: Buffer,
  deadline: Date,
  given: InvokeOptions["headers"] = {},
): Record<string, string> {
  const passedOn = Object.entries(given)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !hopByHop.test(name));
  return {
    "user-agent": "fn-agent",
    "content-type": "application/json",
    ...Object.fromEntries(passedOn),
    host: "localhost",
    "accept-encoding": "gzip",
    "content-length": String(body.length),
    "fn-call-id": callId,
    // RFC 3339 in whole seconds, as Go writes it.
    "fn-deadline": deadline.toISOString().replace(/\.\d+Z$/, "Z"),
  };
}

async function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  // Stays when the response has come: a function can die in the middle of it.
  outgoing.on("error", () => undefined);
  return new Promise((resolveWith, reject) => {
    outgoing.once("response", resolveWith);
    outgoing.once("error", reject);
  });
}

async function send(outgoing: ClientRequest, body: Buffer, chunkSize: number): Promise<void> {
  for (let start = 0; start + chunkSize < body.length; start += chunkSize) {
    const isEarly = start < chunkSize * piecesApart;
    await new Promise<void>((written, reject) => {
      outgoing.write(body.subarray(start, start + chunkSize), (error) =>
        error ? reject(error) : written(),
      );
    });
    // Or the next piece would join this one in the socket's buffer before the function reads it.
    await (isEarly ? delay(1) : nextTurn());
  }
  outgoing.end(body.subarray(body.length - (body.length % chunkSize || chunkSize)));
}

async function collect(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function callerHeaders(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && !hopByHop.test(name)) headers[name] = [value].flat().join(", ");
  }
  return headers;
}

function failure(status: 502 | 504, message: string, callId: string): FnResponse {
  const headers = { "content-type": "application/json" };
  return fnResponse(status, headers, Buffer.from(JSON.stringify({ message })), callId);
}

function fnResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  callId: string,
): FnResponse {
  return {
    status,
    headers: { ...headers, "content-length": String(body.length), "fn-call-id": callId },
    body,
    json: () => JSON.parse(body.toString()),
  };
}

function ocid(type: string): string {
  return `ocid1.${type}.oc1.iad.aaaaaaaa${randomUUID().replaceAll("-", "")}`;
}

const containers = new Set<Container>();

/** Nothing outlives us but by SIGKILL: a signal's default action would skip "exit" handlers. */
function endWithThisProcess(container: Container): void {
  containers.add(container);
  if (process.listeners("exit").includes(killContainers)) return;
  process.on("exit", killContainers);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.once(signal, () => {
      // Whoever else listens decides what becomes of the process, and comes by "exit".
      if (process.listenerCount(signal) > 0) return;
      killContainers();
      process.kill(process.pid, signal);
    });
  }
}

function killContainers(): void {
  for (const container of containers) container.abandon();
}
