import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { findExecutable, type PackageName, type Suite } from "./debian-package.ts";
import { atProcessEnd } from "./temporary-directory.ts";

const startTimeoutMs = 30_000;

export interface ServerProcess {
  /** host:port, where the port is the one that the server got if it was to take any. */
  readonly address: string;
  /** Of the executable, as Debian has it. */
  readonly version: string;
  kill(): Promise<void>;
}

/** What to start, and how it is known to be ready. */
export interface ServerCommand {
  readonly name: PackageName;
  readonly suite?: Suite;
  readonly arguments: readonly string[];
  /** Besides this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it listens, if it doesn't print that. */
  readonly address?: string;
  isReady(address: string, signal: AbortSignal): Promise<boolean>;
}

/** Printed with port 0 resolved, so that no port is chosen before it is taken. */
const listening =
  /msg="Listening on"(?: component=\w+)? address=(\S+)\s|started server at http:\/\/(\S+?)\/|msg="Listening on HTTP" .*addr=(\S+)\s/;

/**
 * Starts a server and waits, 30 s at most, until it is ready. Throws with what the server printed
 * if it ends or isn't ready by then. A first start may take longer by the download.
 */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const { name } = command;
  const { path, version } = await findExecutable(name, command.suite);
  const child = spawn(path, command.arguments, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...command.environment },
  });
  const forget = atProcessEnd(() => child.kill("SIGKILL"));
  let output = "";
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      output += error.message;
      resolve();
    });
  }).then(() => {
    ended = true;
    forget();
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await end;
  };

  let address = command.address;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output = `${output}${text}`.slice(-20_000);
    const [, prometheus, victoria, influx] = listening.exec(output) ?? [];
    address ??= prometheus ?? victoria ?? influx;
  });

  const deadline = AbortSignal.timeout(startTimeoutMs);
  while (!(address && (await command.isReady(address, deadline).catch(() => false)))) {
    if (ended || deadline.aborted) {
      const fault = ended ? "ended" : "was not ready in time";
      await kill();
      const printed = output.trim().split("\n").slice(-10).join("\n");
      throw new Error(`${name} ${fault}; it printed\n${printed}`);
    }
    await delay(20);
  }
  return { address, version, kill };
}
