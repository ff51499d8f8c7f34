import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { stringify } from "yaml";
import { type Server, startServer } from "./debian-package.ts";
import { createTemporaryDirectory, type TemporaryDirectory } from "./temporary-directory.ts";

const requestTimeoutMs = 10_000;
const pollIntervalMs = 100;

export interface ScrapeConfig {
  readonly job: string;
  readonly targets: readonly {
    readonly address: string;
    /** Prometheus sets `instance` to the address only where it isn't given here. */
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

interface PrometheusOptions {
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

/**
 * A real Prometheus with an empty database. It hands targets to its scraper every 5 s and no flag
 * changes that, so the first sample comes 5 to 6 s after `start()`, and up to 6 s after `reload()`.
 */
export class PrometheusServer {
  /** http://127.0.0.1:port, without a trailing slash. */
  readonly url: string;
  readonly #server: Server;
  readonly #directory: TemporaryDirectory;
  readonly #scrapeInterval: string;

  private constructor(server: Server, directory: TemporaryDirectory, scrapeInterval: string) {
    this.url = `http://${server.address}`;
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
      const serverArguments = [
        `--config.file=${configurationFile(directory.path)}`,
        `--storage.tsdb.path=${join(directory.path, "data")}`,
        "--web.listen-address=127.0.0.1:0",
        "--web.enable-lifecycle",
      ];
      const server = await startServer("prometheus", serverArguments, isReady);
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

  /** The `data` of an instant query at the server's now. Throws with its message on an error. */
  async query(promql: string): Promise<unknown> {
    const body = await request(`${this.url}/api/v1/query`, new URLSearchParams({ query: promql }));
    return v.parse(successSchema, JSON.parse(body)).data;
  }

  /** Throws, with the last rows, if the predicate doesn't hold of an instant vector in time. */
  async waitFor(
    promql: string,
    predicate: (result: readonly VectorRow[]) => boolean,
    timeoutMs = 30_000,
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { result } = v.parse(vectorSchema, await this.query(promql));
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
    scrape_configs: scrapeConfigs.map(({ job, targets }) => ({
      job_name: job,
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

async function request(url: string, form: URLSearchParams): Promise<string> {
  const signal = AbortSignal.timeout(requestTimeoutMs);
  const response = await fetch(url, { method: "POST", body: form, signal });
  const body = await response.text();
  if (!response.ok) {
    throw new Error(`Prometheus answered ${response.status}: ${body.slice(0, 2_000)}`);
  }
  return body;
}
