import { once } from "node:events";
import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { KeyPair } from "./certificates.ts";

/** What the upstream answered, whole. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request that a fault answers, or doesn't. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the upstream says to the request. */
  forward(): Promise<UpstreamAnswer>;
}

/** What becomes of a request instead of the upstream's answer. */
export interface InjectedFault {
  respond(exchange: Exchange): void | Promise<void>;
}

export interface InjectOptions {
  /** @default every request */
  readonly where?: (request: IncomingMessage) => boolean;
  /** For how many requests, before all is well again. @default until `clear()` */
  readonly times?: number;
}

export interface FaultProxyOptions {
  /** A base URL, `http:` only. */
  readonly upstream: string;
  /** Speaks TLS to the client. */
  readonly tls?: KeyPair;
}

/** Longer than any test: what closes a connection is to be a fault, not the proxy. */
const keepAliveMs = 600_000;
const reopenAttempts = 100;

/**
 * A real server on loopback that passes every request on as it is, signed headers and all, until a
 * fault is injected.
 */
export class FaultProxy {
  readonly url: string;
  readonly #upstream: string;
  readonly #server: Server;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #requests = 0;
  #faults = 0;
  #fault: (InjectedFault & Required<InjectOptions>) | undefined;

  private constructor(options: FaultProxyOptions, server: Server, sockets: Set<Socket>) {
    this.#upstream = options.upstream;
    this.#server = server;
    this.#sockets = sockets;
    this.#port = (server.address() as AddressInfo).port;
    this.url = `${options.tls ? "https" : "http"}://127.0.0.1:${this.#port}`;
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const server = options.tls ? createHttpsServer(options.tls) : createHttpServer();
    server.keepAliveTimeout = keepAliveMs;
    const sockets = new Set<Socket>();
    // The one that requests name as theirs: over TLS, not the TCP connection below.
    server.on(options.tls ? "secureConnection" : "connection", (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      // Whoever is reset or leaves early is a fault that was asked for.
      socket.on("error", () => {});
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FaultProxy(options, server, sockets);
  }

  /** How many requests came so far, answered or not. */
  get requests(): number {
    return this.#requests;
  }

  /** How many of them a fault answered, or left without an answer. */
  get faults(): number {
    return this.#faults;
  }

  /** The client's open connections. */
  get sockets(): ReadonlySet<Socket> {
    return this.#sockets;
  }

  /** Replaces a fault injected before. */
  inject(fault: InjectedFault, options: InjectOptions = {}): void {
    const { where = () => true, times = Number.POSITIVE_INFINITY } = options;
    this.#fault = { respond: (exchange) => fault.respond(exchange), where, times };
  }

  clear(): void {
    this.#fault = undefined;
  }

  /** Takes no connections any more, and drops those that there are. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.dropConnections();
    await closed;
  }

  /** Listens again, on the same port. */
  async accept(): Promise<void> {
    for (let attempt = 1; !this.#server.listening; attempt++) {
      this.#server.listen(this.#port, "127.0.0.1");
      try {
        await once(this.#server, "listening");
      } catch (error) {
        // Somebody's outgoing connection may have the port for a moment.
        if (attempt === reopenAttempts) throw error;
        await delay(100);
      }
    }
  }

  /** Closes every connection, as a server does with idle ones. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** What new TLS connections are shown. */
  useCertificate(tls: KeyPair): void {
    if ("setSecureContext" in this.#server) {
      (this.#server as ReturnType<typeof createHttpsServer>).setSecureContext(tls);
    }
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.refuse();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests++;
    try {
      const body = await buffer(request);
      const forward = () => this.#forward(request, body);
      const fault = this.#takeFault(request);
      if (fault) await fault.respond({ request, response, forward });
      else passOn(await forward(), response);
    } catch {
      // The client, or the upstream, is gone: there is nobody, or nothing, to answer.
      response.destroy();
    }
  }

  #takeFault(request: IncomingMessage): InjectedFault | undefined {
    const fault = this.#fault;
    if (!fault?.where(request) || fault.times === 0) return undefined;
    this.#faults++;
    this.#fault = { ...fault, times: fault.times - 1 };
    return fault;
  }

  async #forward(request: IncomingMessage, body: Buffer): Promise<UpstreamAnswer> {
    const { connection, ...headers } = request.headers;
    const outgoing = httpRequest(`${this.#upstream}${request.url}`, {
      method: request.method,
      headers,
      // A connection kept open could be closed at the very moment it is used again.
      agent: false,
    });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    const { statusCode = 0 } = incoming;
    return { status: statusCode, headers: incoming.headers, body: await buffer(incoming) };
  }
}

function passOn({ status, headers, body }: UpstreamAnswer, response: ServerResponse): void {
  response.writeHead(status, endToEnd(headers, body.length));
  response.end(body);
}

/** An answer's headers without those of the upstream's connection. */
export function endToEnd(headers: IncomingHttpHeaders, length: number): IncomingHttpHeaders {
  const { connection, "keep-alive": _, "transfer-encoding": __, ...others } = headers;
  return { ...others, "content-length": String(length) };
}
