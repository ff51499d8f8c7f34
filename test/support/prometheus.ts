import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { stringify } from "yaml";
import { type HistorySeries, remoteWriteRequests } from "./remote-write.ts";
import { type ServerCommand, type ServerProcess, startServer } from "./server-process.ts";
import { createTemporaryDirectory, type TemporaryDirectory } from "./temporary-directory.ts";

const requestTimeoutMs = 30_000;
const pollIntervalMs = 100;

export interface ScrapeConfig {
  readonly job: string;
  /** @default /metrics */
  readonly path?: string;
  /** As "10s". @default the server's */
  readonly interval?: string;
  readonly targets: readonly {
    readonly address: string;
    /** Prometheus sets `instance` to the address only where it isn't given here. */
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

/** Servers that speak Prometheus' API; the first is the Prometheus of Debian stable. */
export const serverKinds = ["prometheus", "prometheus-testing", "victoria-metrics"] as const;
export type ServerKind = (typeof serverKinds)[number];

interface PrometheusOptions {
  /** @default "prometheus" */
  readonly kind?: ServerKind;
  /** @default "1s" */
  readonly scrapeInterval?: string;
  readonly scrapeConfigs: readonly ScrapeConfig[];
}

interface VectorRow {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

const successSchema = v.object({ status: v.literal("success"), data: v.unknown() });
const vectorSchema = v.object({
  resultType: v.literal("vector"),
  result: v.array(
    v.object({
      metric: v.record(v.string(), v.string()),
      value: v.tuple([v.number(), v.string()]),
    }),
  ),
});

const matrixSchema = v.object({
  resultType: v.literal("matrix"),
  result: v.array(v.object({ values: v.array(v.tuple([v.number(), v.string()])) })),
});

/**
 * A real server with an empty database. Prometheus hands targets to its scraper every 5 s and no
 * flag changes that, so the first sample comes 5 to 6 s after `start()`, and up to 6 s after
 * `reload()`. VictoriaMetrics hides the newest 30 s from instant selectors.
 */
export class PrometheusServer {
  /** http://127.0.0.1:port, without a trailing slash. */
  readonly url: string;
  /** As "3.5.3+ds1-6". */
  readonly version: string;
  readonly #server: ServerProcess;
  readonly #directory: TemporaryDirectory;
  readonly #scrapeInterval: string;

  private constructor(
    server: ServerProcess,
    directory: TemporaryDirectory,
    scrapeInterval: string,
  ) {
    this.url = `http://${server.address}`;
    this.version = server.version;
    this.#server = server;
    this.#directory = directory;
    this.#scrapeInterval = scrapeInterval;
  }

  /** Throws if the server isn't ready within 30 s. */
  static async start(options: PrometheusOptions): Promise<PrometheusServer> {
    const scrapeInterval = options.scrapeInterval ?? "1s";
    const directory = await createTemporaryDirectory();
    try {
      await writeConfiguration(directory.path, scrapeInterval, options.scrapeConfigs);
      const server = await startServer(commandOf(options.kind ?? "prometheus", directory.path));
      return new PrometheusServer(server, directory, scrapeInterval);
    } catch (error) {
      await directory.remove();
      throw error;
    }
  }

  /**
   * Replaces all targets. A target left out of its job goes stale within seconds, but the samples of
   * a job left out altogether get no stale marker and linger for 5 minutes. Throws with the server's
   * message if it rejects the configuration.
   */
  async reload(scrapeConfigs: readonly ScrapeConfig[]): Promise<void> {
    await writeConfiguration(this.#directory.path, this.#scrapeInterval, scrapeConfigs);
    await request(`${this.url}/-/reload`, new URLSearchParams());
  }

  /**
   * Brings samples in by remote write, as an agent that pushes does: all may be queried at the end.
   * Times may be up to ten minutes ahead.
   */
  async write(series: readonly HistorySeries[]): Promise<void> {
    await this.send(remoteWriteRequests(series));
  }

  /** The same for requests of remote write, which several servers may be given. */
  async send(requests: Iterable<Buffer<ArrayBuffer>>): Promise<void> {
    for (const body of requests) await request(`${this.url}/api/v1/write`, body);
    // VictoriaMetrics shows samples a second later, unless it is told to; Prometheus has no such path.
    const flush = { headers: { Connection: "close" } };
    await fetch(`${this.url}/internal/force_flush`, flush).then((response) => response.text());
  }

  /**
   * The `data` of an instant query at the server's now; of "newest" also what VictoriaMetrics hides
   * otherwise. Throws with its message on an error.
   */
  async query(promql: string, which?: "newest"): Promise<unknown> {
    const form = new URLSearchParams({ query: promql, ...(which && { nocache: "1" }) });
    const body = await request(`${this.url}/api/v1/query`, form);
    return v.parse(successSchema, JSON.parse(body)).data;
  }

  /** When samples of a series came in these last seconds (unix milliseconds). */
  async sampleTimes(series: string, seconds: number): Promise<readonly number[]> {
    const { result } = v.parse(matrixSchema, await this.query(`${series}[${seconds}s]`));
    return result.flatMap(({ values }) => values.map(([time]) => 1000 * time));
  }

  /** Throws, with the last rows, if the predicate doesn't hold of an instant vector in time. */
  async waitFor(
    promql: string,
    predicate: (result: readonly VectorRow[]) => boolean,
    timeoutMs = 30_000,
    which?: "newest",
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { result } = v.parse(vectorSchema, await this.query(promql, which));
      if (predicate(result)) {
        return;
      }
      if (performance.now() > deadline) {
        const rows = JSON.stringify(result).slice(0, 2_000);
        throw new Error(`not so within ${timeoutMs} ms: ${promql}; last rows: ${rows}`);
      }
      await delay(pollIntervalMs);
    }
  }

  /** Resolves when the process and its directory are gone. */
  async kill(): Promise<void> {
    await this.#server.kill();
    await this.#directory.remove();
  }
}

function commandOf(kind: ServerKind, directory: string): ServerCommand {
  const data = join(directory, "data");
  if (kind === "victoria-metrics") {
    const serverArguments = [
      `-promscrape.config=${configurationFile(directory)}`,
      `-storageDataPath=${data}`,
      "-httpListenAddr=127.0.0.1:0",
      "-memory.allowedPercent=5",
    ];
    return { name: kind, suite: "testing", arguments: serverArguments, isReady };
  }
  const serverArguments = [
    `--config.file=${configurationFile(directory)}`,
    `--storage.tsdb.path=${data}`,
    "--web.listen-address=127.0.0.1:0",
    "--web.enable-lifecycle",
    "--web.enable-remote-write-receiver",
  ];
  const suite = kind === "prometheus" ? "stable" : "testing";
  return { name: "prometheus", suite, arguments: serverArguments, isReady };
}

function configurationFile(directory: string): string {
  return join(directory, "prometheus.yml");
}

async function writeConfiguration(
  directory: string,
  scrapeInterval: string,
  scrapeConfigs: readonly ScrapeConfig[],
): Promise<void> {
  const configuration = {
    global: { scrape_interval: scrapeInterval },
    scrape_configs: scrapeConfigs.map(({ job, path = "/metrics", interval, targets }) => ({
      job_name: job,
      ...(interval && { scrape_interval: interval, scrape_timeout: interval }),
      metrics_path: path.replace(/\?.*$/, ""),
      params: Object.fromEntries(
        [...new URLSearchParams(/\?(.*)$/.exec(path)?.[1])].map(([name, value]) => [name, [value]]),
      ),
      // VictoriaMetrics doesn't by default.
      honor_timestamps: true,
      static_configs: targets.map(({ address, labels }) => ({
        targets: [address],
        labels: labels ?? {},
      })),
    })),
  };
  await writeFile(configurationFile(directory), stringify(configuration));
}

async function isReady(address: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(`http://${address}/-/ready`, { signal });
  await response.text();
  return response.ok;
}

async function request(url: string, body: URLSearchParams | Buffer<ArrayBuffer>): Promise<string> {
  const remoteWrite = { "Content-Encoding": "snappy", "Content-Type": "application/x-protobuf" };
  // A test that computes for long would not notice that a kept connection has been closed.
  const headers = { Connection: "close", ...(body instanceof Buffer && remoteWrite) };
  const signal = AbortSignal.timeout(requestTimeoutMs);
  const response = await fetch(url, { method: "POST", body, signal, headers });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`the server answered ${response.status}: ${text.slice(0, 2_000)}`);
  }
  return text;
}
