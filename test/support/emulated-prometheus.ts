import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "./faulty-server.ts";

/** A host as node_exporter shows it; null where it shows nothing. */
export interface EmulatedHost {
  readonly labels: Readonly<Record<string, string>>;
  readonly up: number;
  /** Percent busy. */
  readonly cpu: number | null;
  /** Percent used. */
  readonly memory: number | null;
}

/**
 * Speaks the part of Prometheus' HTTP API that is asked for, over a real socket. It knows nothing
 * of PromQL but which of the two queries it is; the queries themselves run on a real Prometheus
 * in the integration tests.
 */
export class EmulatedPrometheus {
  readonly queries: readonly string[];
  /** When each query was there, in ms on this process's monotonic clock (`performance.now()`). */
  readonly receivedAtMs: readonly number[];
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(
    url: string,
    close: () => Promise<void>,
    asked: Pick<EmulatedPrometheus, "queries" | "receivedAtMs">,
  ) {
    this.url = url;
    this.#close = close;
    this.queries = asked.queries;
    this.receivedAtMs = asked.receivedAtMs;
  }

  static async start(hosts: () => readonly EmulatedHost[], fault?: () => Fault | undefined) {
    const queries: string[] = [];
    const receivedAtMs: number[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const form = new URLSearchParams(Buffer.concat(chunks).toString());
        const query = form.get("query") ?? "";
        const now = Number(form.get("time") ?? Date.now() / 1000);
        queries.push(query);
        receivedAtMs.push(performance.now());
        const { pathname } = new URL(request.url ?? "", "http://127.0.0.1");
        const failure = pathname === "/api/v1/query" ? fault?.() : notFound;
        const contentType = failure ? (failure.contentType ?? "text/plain") : "application/json";
        response.writeHead(failure?.status ?? 200, { "content-type": contentType });
        response.end(failure?.body ?? JSON.stringify(answer(query, now, hosts())));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return new EmulatedPrometheus(`http://127.0.0.1:${port}`, close, { queries, receivedAtMs });
  }

  close(): Promise<void> {
    return this.#close();
  }
}

const notFound: Fault = { status: 404, body: "404 page not found" };

function answer(query: string, now: number, hosts: readonly EmulatedHost[]) {
  const samples = query.startsWith("{");
  const clock = { metric: { mode: "(now)" }, value: [now, String(now)] };
  const result: object[] = samples
    ? hosts.flatMap((host) => sampleRows(host, now))
    : [clock, ...hosts.flatMap((host) => cpuRows(host, now))];
  return { status: "success", data: { resultType: samples ? "matrix" : "vector", result } };
}

const windowSeconds = 300;
const intervalSeconds = 15;
const cpus = 4;
const totalBytes = 16 * 1024 ** 3;

/** What passed in each mode over the window, and the newest samples' times, added up. */
function cpuRows({ labels, cpu }: EmulatedHost, now: number) {
  const row = (mode: string, value: number) => ({
    metric: { ...labels, mode },
    value: [now, String(value)],
  });
  if (cpu === null) return [];
  const seconds = cpus * windowSeconds;
  return [
    row("user", (seconds * cpu) / 100),
    row("idle", seconds * (1 - cpu / 100)),
    row("(stamp)", cpus * lastScrape(now)),
  ];
}

function sampleRows({ labels, up, memory }: EmulatedHost, now: number) {
  const scrapes = Array.from(
    { length: 24 },
    (_, index) => lastScrape(now) - intervalSeconds * (23 - index),
  );
  const row = (name: string, value: number) => ({
    metric: { ...labels, __name__: name },
    values: scrapes.map((time) => [time, String(value)]),
  });
  if (memory === null) return [row("up", up)];
  return [
    row("up", up),
    row("node_memory_MemTotal_bytes", totalBytes),
    row("node_memory_MemAvailable_bytes", totalBytes * (1 - memory / 100)),
  ];
}

function lastScrape(now: number): number {
  return intervalSeconds * Math.floor(now / intervalSeconds);
}
