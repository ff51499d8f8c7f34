import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server answers instead of a result. */
export interface Fault {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

/** A server with one answer to everything. */
export class FaultyServer {
  readonly url: string;
  readonly close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.close = close;
  }

  static async start(fault: Fault): Promise<FaultyServer> {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(fault.status, { "content-type": fault.contentType ?? "text/plain" });
      response.end(fault.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new FaultyServer(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  }
}
