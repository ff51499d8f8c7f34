import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** What an exporter shows; a function is asked at each scrape, so that it is of that very moment. */
export type Exposition = string | (() => string);

/** An exporter that exposes the given text, so that a test knows the truth behind the samples. */
export class SyntheticExporter {
  /** host:port, as a scrape target names it. */
  readonly address: string;
  readonly #server: Server;
  #metrics: Exposition;
  #once: string | undefined;

  private constructor(server: Server, port: number, initial: Exposition) {
    this.address = `127.0.0.1:${port}`;
    this.#server = server;
    this.#metrics = initial;
  }

  /** @param format the default one knows no names with dots */
  static async start(
    initial: Exposition,
    format = "text/plain; version=0.0.4; charset=utf-8",
  ): Promise<SyntheticExporter> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const bound = server.address();
    if (bound === null || typeof bound === "string") {
      throw new Error("a TCP server without a port");
    }
    const exporter = new SyntheticExporter(server, bound.port, initial);
    server.on("request", (_request, response) => {
      response.setHeader("Content-Type", format);
      const once = exporter.#once;
      // A scrape that is given up has to be shown it again.
      response.end(once ?? exporter.#exposition(), () => {
        if (exporter.#once === once) exporter.#once = undefined;
      });
    });
    return exporter;
  }

  /** What the next scrape gets. */
  setMetrics(metrics: Exposition): void {
    this.#metrics = metrics;
  }

  /** What one scrape gets before all that: samples of the past, which a server may keep twice. */
  showOnce(text: string): void {
    this.#once = text;
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
    const text = typeof this.#metrics === "string" ? this.#metrics : this.#metrics();
    // Prometheus rejects the whole scrape if the last line isn't ended.
    return text.endsWith("\n") ? text : `${text}\n`;
  }
}
