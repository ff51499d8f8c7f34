import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type ServerProcess, startServer } from "./server-process.ts";
import { createTemporaryDirectory, type TemporaryDirectory } from "./temporary-directory.ts";

const requestTimeoutMs = 30_000;

const statistics = v.record(
  v.string(),
  v.looseObject({ values: v.optional(v.object({ queryReq: v.optional(v.number()) })) }),
);

/** A real InfluxDB 1.x, without any data. */
export class InfluxDB {
  /** http://127.0.0.1:port, without a trailing slash. */
  readonly url: string;
  readonly #server: ServerProcess;
  readonly #directory: TemporaryDirectory;

  private constructor(server: ServerProcess, directory: TemporaryDirectory) {
    this.url = `http://${server.address}`;
    this.#server = server;
    this.#directory = directory;
  }

  /** Throws if the server isn't ready within 30 s. */
  static async start(): Promise<InfluxDB> {
    const directory = await createTemporaryDirectory();
    try {
      const file = join(directory.path, "influxdb.conf");
      await writeFile(file, configuration(directory.path));
      const command = { name: "influxdb", arguments: ["-config", file], isReady } as const;
      return new InfluxDB(await startServer(command), directory);
    } catch (error) {
      await directory.remove();
      throw error;
    }
  }

  /** A new database of this name, with these lines of line protocol; times are in unix seconds. */
  async createDatabase(name: string, lines: readonly string[]): Promise<void> {
    await this.#request("/query", new URLSearchParams({ q: `CREATE DATABASE "${name}"` }));
    await this.#request(`/write?db=${name}&precision=s`, lines.join("\n"));
  }

  /** How many requests with queries it has got so far, by its own count. */
  async queries(): Promise<number> {
    const { cmdline: _, ...counted } = JSON.parse(await this.#request("/debug/vars"));
    const [, { values } = {}] =
      Object.entries(v.parse(statistics, counted)).find(([name]) => name.startsWith("httpd:")) ??
      [];
    return values?.queryReq ?? Number.NaN;
  }

  /** Resolves when the process and its directory are gone. */
  async kill(): Promise<void> {
    await this.#server.kill();
    await this.#directory.remove();
  }

  async #request(path: string, body?: URLSearchParams | string): Promise<string> {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const request = body === undefined ? { signal } : { method: "POST", body, signal };
    const response = await fetch(`${this.url}${path}`, request);
    const text = await response.text();
    if (!response.ok) throw new Error(`InfluxDB answered ${response.status}: ${text}`);
    return text;
  }
}

/** It reports to nobody, and listens on loopback only. */
function configuration(directory: string): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${directory}/meta"
[data]
  dir = "${directory}/data"
  wal-dir = "${directory}/wal"
[http]
  bind-address = "127.0.0.1:0"
  log-enabled = false
[monitor]
  store-enabled = false
`;
}

async function isReady(address: string, signal: AbortSignal): Promise<boolean> {
  return (await fetch(`http://${address}/ping`, { signal })).ok;
}
