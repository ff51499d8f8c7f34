import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findExecutable } from "./debian-package.ts";
import { atProcessEnd, createTemporaryDirectory } from "./temporary-directory.ts";

const startTimeoutMs = 30_000;

/** A real nginx that lets nobody but readers through: GET and HEAD, with request lines of its default 8 KiB. */
export interface ReadOnlyProxy {
  /** http://127.0.0.1:port */
  readonly url: string;
  /** Method, status and length of each request so far, as `GET 200 512`. */
  requests(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * Starts it in front of a server. nginx tells nobody which port it got, so it listens at a socket, and
 * a port of this process leads there.
 */
export async function startReadOnlyProxy(upstream: string): Promise<ReadOnlyProxy> {
  const { path: executable } = await findExecutable("nginx");
  const directory = await createTemporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  await mkdir(at("temporary"));
  await writeFile(at("nginx.conf"), configuration(directory.path, upstream));
  const child = spawn(executable, ["-p", directory.path, "-c", at("nginx.conf")], {
    stdio: "ignore",
  });
  const forget = atProcessEnd(() => child.kill("SIGKILL"));
  const ended = once(child, "exit");
  const port = createServer((socket) => {
    const behind = connect(at("nginx.socket"));
    const end = () => {
      socket.destroy();
      behind.destroy();
    };
    socket.on("error", end).on("close", end);
    behind.on("error", end).on("close", end);
    socket.pipe(behind).pipe(socket);
  });
  const url = await listen(port);
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
    forget();
    await new Promise((resolve) => port.close(resolve));
    await directory.remove();
  };
  const log = () => readFile(at("access.log"), "utf8").catch(() => "");
  await untilReady(url, close, () => readFile(at("error.log"), "utf8").catch(() => ""));
  return {
    url,
    requests: async () => {
      const lines = (await log()).trim().split("\n");
      return lines.filter((line) => line !== "" && !line.includes(" /-/ready "));
    },
    close,
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function untilReady(
  url: string,
  close: () => Promise<void>,
  printed: () => Promise<string>,
): Promise<void> {
  const deadline = AbortSignal.timeout(startTimeoutMs);
  const isReady = async () => (await fetch(`${url}/-/ready`, { signal: deadline })).ok;
  while (!(await isReady().catch(() => false))) {
    if (deadline.aborted) {
      const output = await printed();
      await close();
      throw new Error(`nginx was not ready in time; it printed\n${output}`);
    }
    await delay(50);
  }
}

function configuration(directory: string, upstream: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `  ${kind}_temp_path ${directory}/temporary/${kind};`)
    .join("\n");
  return `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events {}
http {
  log_format short '$request_method $status $request_length $uri';
  access_log ${directory}/access.log short;
${temporary}
  server {
    listen unix:${directory}/nginx.socket;
    location / {
      limit_except GET { deny all; }
      proxy_pass ${upstream};
    }
  }
}
`;
}
