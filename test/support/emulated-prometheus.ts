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
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>, queries: string[]) {
    this.url = url;
    this.#close = close;
    this.queries = queries;
  }

  static async start(hosts: () => readonly EmulatedHost[], fault?: () => Fault | undefined) {
    const queries: string[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const query = new URLSearchParams(Buffer.concat(chunks).toString()).get("query") ?? "";
        queries.push(query);
        const failure = request.url === "/api/v1/query" ? fault?.() : notFound;
        const contentType = failure ? (failure.contentType ?? "text/plain") : "application/json";
        response.writeHead(failure?.status ?? 200, { "content-type": contentType });
        response.end(failure?.body ?? JSON.stringify(answer(query, hosts())));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return new EmulatedPrometheus(`http://127.0.0.1:${port}`, close, queries);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

const notFound: Fault = { status: 404, body: "404 page not found" };

function answer(query: string, hosts: readonly EmulatedHost[]) {
  const memory = query.startsWith("{");
  const result = hosts.flatMap<object>(memory ? memoryRows : cpuRows);
  return { status: "success", data: { resultType: memory ? "matrix" : "vector", result } };
}

const evaluatedAt = 1_795_465_525.746;
const totalBytes = 16 * 1024 ** 3;

function cpuRows({ labels, up, cpu, memory }: EmulatedHost) {
  const row = (more: Record<string, string>, value: number) => ({
    metric: { ...labels, ...more },
    value: [evaluatedAt, String(value)],
  });
  return [
    row({ __name__: "up" }, up),
    ...(memory === null && cpu === null
      ? []
      : [row({ __name__: "node_memory_MemTotal_bytes" }, totalBytes)]),
    ...(cpu === null
      ? []
      : [row({ mode: "user" }, (4 * cpu) / 100), row({ mode: "idle" }, 4 * (1 - cpu / 100))]),
  ];
}

function memoryRows({ labels, memory }: EmulatedHost) {
  const row = (gauge: string, value: number) => ({
    metric: { ...labels, __name__: `node_memory_${gauge}_bytes` },
    values: [
      [evaluatedAt - 30, String(value)],
      [evaluatedAt, String(value)],
    ],
  });
  if (memory === null) return [];
  return [row("MemTotal", totalBytes), row("MemAvailable", totalBytes * (1 - memory / 100))];
}
