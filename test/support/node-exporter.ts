import type { Suite } from "./debian-package.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const requestTimeoutMs = 5_000;

interface NodeExporterOptions {
  /** A loopback address; 127.0.0.2 and up need Linux. */
  readonly host: string;
  /** @default a free one */
  readonly port?: number;
  readonly arguments?: readonly string[];
  /** @default "stable" */
  readonly suite?: Suite;
}

/**
 * A real node_exporter with the collectors that tell CPU, memory and the host's name. However many
 * there are on one machine, all of them report that machine.
 */
export class NodeExporter {
  /** host:port, as a scrape target names it. */
  readonly address: string;
  readonly #server: ServerProcess;

  private constructor(server: ServerProcess) {
    this.address = server.address;
    this.#server = server;
  }

  /** Throws if the exporter doesn't answer within 30 s. */
  static async start(options: NodeExporterOptions): Promise<NodeExporter> {
    const serverArguments = [
      `--web.listen-address=${options.host}:${options.port ?? 0}`,
      "--collector.disable-defaults",
      "--collector.cpu",
      "--collector.meminfo",
      "--collector.uname",
      ...(options.arguments ?? []),
    ];
    const server = await startServer({
      name: "prometheus-node-exporter",
      suite: options.suite ?? "stable",
      arguments: serverArguments,
      isReady: async (address, signal) =>
        (await fetchMetrics(address, signal)).includes("\nnode_cpu_seconds_total{"),
    });
    return new NodeExporter(server);
  }

  /** The exposition text as it is now. */
  metrics(): Promise<string> {
    return fetchMetrics(this.address, AbortSignal.timeout(requestTimeoutMs));
  }

  /** Resolves when the process is gone; its port is free then. */
  kill(): Promise<void> {
    return this.#server.kill();
  }
}

async function fetchMetrics(address: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(`http://${address}/metrics`, { signal });
  if (!response.ok) {
    throw new Error(`node_exporter at ${address} answered ${response.status}`);
  }
  return response.text();
}
