import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** An exporter that exposes the given text, so that a test knows the truth behind the samples. */
export class SyntheticExporter {
  /** host:port, as a scrape target names it. */
  readonly address: string;
  readonly #server: Server;
  #metrics: string;

  private constructor(server: Server, port: number, initial: string) {
    this.address = `127.0.0.1:${port}`;
    this.#server = server;
    this.#metrics = initial;
  }

  static async start(initial: string): Promise<SyntheticExporter> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const bound = server.address();
    if (bound === null || typeof bound === "string") {
      throw new Error("a TCP server without a port");
    }
    const exporter = new SyntheticExporter(server, bound.port, initial);
    server.on("request", (_request, response) => {
      response.setHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      response.end(exporter.#exposition());
    });
    return exporter;
  }

  /** What the next scrape gets. */
  setMetrics(text: string): void {
    this.#metrics = text;
  }

  /** From here on every scrape is refused, also on connections that Prometheus keeps open. */
  async kill(): Promise<void> {
    if (!this.#server.listening) {
      return;
    }
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #exposition(): string {
    // Prometheus rejects the whole scrape if the last line isn't ended.
    return this.#metrics.endsWith("\n") ? this.#metrics : `${this.#metrics}\n`;
  }
}
