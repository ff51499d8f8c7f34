import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";

/** A span as Zipkin's API has it, version 2. */
interface ReceivedSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId: string;
  readonly name: string;
  readonly kind: string;
  readonly timestamp: number;
  readonly duration: number;
  readonly localEndpoint: { readonly serviceName: string };
  readonly remoteEndpoint?: { readonly serviceName: string };
  readonly tags: Readonly<Record<string, string>>;
}

/** What was posted to a collector at once. */
interface ReceivedPost {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
}

/** A collector of spans, as OCI APM is one, on 127.0.0.1. */
export class SpanCollector {
  readonly url: string;
  readonly posts: ReceivedPost[] = [];
  /** What it answers with; `undefined`: it doesn't. */
  status: number | undefined = 202;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.url = url;
    this.#server = server;
    server.on("request", async (request, response) => {
      const spans = (await json(request)) as ReceivedSpan[];
      this.posts.push({ url: request.url ?? "", spans });
      if (this.status !== undefined) response.writeHead(this.status).end();
    });
  }

  static async start(): Promise<SpanCollector> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const path = "/20200101/observations/public-span?dataFormat=zipkin&dataKey=THEDATAKEY";
    return new SpanCollector(server, `http://127.0.0.1:${port}${path}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
