import type { IncomingMessage, ServerResponse } from "node:http";
import { request as requestUpstream } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";

/** Whether a request may be answered; `peer` is the name in the client's certificate. */
export type Authorize = (request: IncomingMessage, peer: string | undefined) => boolean;

/** A TLS server in front of a Prometheus, which lets in who is authorized and answers others 401. */
export class SecurePrometheus {
  readonly url: string;
  /** How many requests were refused. */
  refused = 0;
  authorize: Authorize = () => true;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, upstream: string) {
    const { port } = server.address() as AddressInfo;
    this.url = `https://127.0.0.1:${port}`;
    this.#server = server;
    server.on("request", (request, response) => this.#serve(request, response, upstream));
  }

  static async start(upstream: string, tls: ServerOptions): Promise<SecurePrometheus> {
    const server = createServer(tls);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new SecurePrometheus(server, upstream);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse, upstream: string): void {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    const peer = subject === undefined ? undefined : [subject.CN].flat()[0];
    if (!this.authorize(request, peer)) {
      this.refused += 1;
      response.writeHead(401, { "content-type": "application/json" });
      response.end('{"status":"error","errorType":"unauthorized","error":"who are you?"}');
      request.resume();
      return;
    }
    const { method, headers, url } = request;
    const forwarded = requestUpstream(`${upstream}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  }
}
