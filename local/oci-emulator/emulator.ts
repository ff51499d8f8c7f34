import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { atProcessEnd } from "../fn-agent/at-process-end.ts";
import { CustomMetrics } from "./custom-metrics.ts";
import type { RefuseMetric } from "./post-metric-data.ts";
import { createApiKey, filePrincipal, inlinePrincipal, TokenIssuer } from "./principal.ts";
import { type Answer, answerCall, operationOf } from "./routes.ts";
import { notAuthorizedOrNotFound, ServiceError } from "./service-error.ts";
import { type Credentials, verifyBody, verifyHeaders } from "./signature.ts";
import type { EmulatedTenancy } from "./tenancy.ts";

export interface EmulatorOptions {
  /** A function is asked at every request, so that the tenancy can change. */
  readonly tenancy: EmulatedTenancy | (() => EmulatedTenancy);
  /** The service's clock, for metrics and signatures alike. @default the machine's */
  readonly now?: () => Date;
  /** Operations that no policy allows, asked for at every request. @default none */
  readonly denied?: () => readonly string[];
  /** How long each answer is held back. @default 0 */
  readonly latencyMs?: number;
  /** How a process gets its resource principal: OCI Functions gives files. @default "files" */
  readonly principal?: "files" | "inline";
  /** @default 15 minutes */
  readonly tokenLifetimeMs?: number;
  /** Why a posted metric is not taken; undefined for one that is. @default all that are right are */
  readonly refuseMetric?: RefuseMetric;
}

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON, else the text; undefined when there is none. */
  readonly body: unknown;
  /** "SummarizeMetricsData", "GetInstancePool", "GetVnic" and so on, or "unknown". */
  readonly operation: string;
  readonly status: number;
  /** When its head was there, in ms on this process's monotonic clock (`performance.now()`). */
  readonly receivedAtMs: number;
}

const maximumBodyBytes = 1024 * 1024;
const defaultTokenLifetimeMs = 15 * 60_000;

/** OCI Monitoring, Compute, Networking and Vault on 127.0.0.1, for one tenancy. */
export class OciEmulator {
  readonly url: string;
  /** What a function process needs to find the emulator and to be let in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #options: EmulatorOptions;
  readonly #server: Server;
  readonly #directory: string;
  readonly #forgetDirectory: () => void;
  readonly #issuer = new TokenIssuer();
  readonly #custom = new CustomMetrics();
  readonly #apiKeys = new Map<string, Credentials["issuerKey"]>();
  #requests: RecordedRequest[] = [];

  private constructor(options: EmulatorOptions, server: Server, url: string) {
    this.url = url;
    this.#options = options;
    this.#server = server;
    this.#directory = mkdtempSync(join(tmpdir(), "oci-emulator-"));
    this.#forgetDirectory = atProcessEnd(() => this.#removeDirectory());
    server.on("request", (request, response) => void this.#serve(request, response));
    const credentials = this.#issuer.issue(this.#now(), this.#tokenLifetimeMs());
    const principal =
      options.principal === "inline"
        ? inlinePrincipal(credentials)
        : filePrincipal(this.#directory, credentials);
    this.environment = {
      ...principal,
      OCI_MONITORING_ENDPOINT: url,
      OCI_MONITORING_INGESTION_ENDPOINT: url,
      OCI_CORE_ENDPOINT: url,
      OCI_SECRETS_ENDPOINT: url,
    };
  }

  static async start(options: EmulatorOptions): Promise<OciEmulator> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    return new OciEmulator(options, server, `http://127.0.0.1:${port}`);
  }

  /** Every request so far, in the order of the answers. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  clearRequests(): void {
    this.#requests = [];
  }

  /**
   * Puts a new key and token into the principal's files. Tokens given out before stay good until
   * they expire. Throws when the principal is inline.
   */
  rotatePrincipal({ lifetimeMs = this.#tokenLifetimeMs() }: { lifetimeMs?: number } = {}): void {
    if (this.#options.principal === "inline") {
      throw new Error("An inline principal is in its process's environment: it can't be rotated.");
    }
    filePrincipal(this.#directory, this.#issuer.issue(this.#now(), lifetimeMs));
  }

  /** A user's API key that the emulator accepts, in a file for OCI_CONFIG_FILE. */
  createApiKey(): { configFile: string; profile: string } {
    const { keyId, publicKey, configFile, profile } = createApiKey(this.#directory);
    this.#apiKeys.set(keyId, publicKey);
    return { configFile, profile };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    this.#removeDirectory();
    this.#forgetDirectory();
  }

  #removeDirectory(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  #tokenLifetimeMs(): number {
    return this.#options.tokenLifetimeMs ?? defaultTokenLifetimeMs;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAtMs = performance.now();
    const { method = "", url = "" } = request;
    const [path = "", search = ""] = url.split("?", 2);
    const parameters = new URLSearchParams(search);
    const received: Buffer[] = [];
    const { status, body, headers } = await this.#answer(request, path, parameters, received).then(
      (answer) => ({ status: 200, ...answer }),
      refuse,
    );
    this.#requests.push({
      method,
      path,
      query: Object.fromEntries(parameters),
      body: readable(Buffer.concat(received)),
      operation: operationOf(method, path),
      status,
      receivedAtMs,
    });
    await delay(this.#options.latencyMs ?? 0);
    response.writeHead(status, {
      "content-type": "application/json",
      "opc-request-id": requestId(request),
      ...headers,
    });
    response.end(JSON.stringify(body));
  }

  /** Who asks comes before what they ask: not even an unknown path is answered to a stranger. */
  async #answer(
    request: IncomingMessage,
    path: string,
    parameters: URLSearchParams,
    received: Buffer[],
  ): Promise<Answer> {
    const withinLimit = await receive(request, received);
    const credentials = { issuerKey: this.#issuer.publicKey, apiKeys: this.#apiKeys };
    const now = this.#now();
    await verifyHeaders(request, credentials, now);
    if (!withinLimit)
      throw new ServiceError(413, "RequestEntityTooLarge", "The body is over 1 MB.");
    const body = Buffer.concat(received);
    verifyBody(request, body);
    const { tenancy, refuseMetric, denied = () => [] } = this.#options;
    if (denied().includes(operationOf(request.method ?? "", path))) throw notAuthorizedOrNotFound();
    return answerCall(request.method ?? "", path, {
      tenancy: typeof tenancy === "function" ? tenancy() : tenancy,
      now,
      parameters,
      body,
      custom: this.#custom,
      refuseMetric,
    });
  }
}

/**
 * Keeps the body, if it is within the limit, and reads it to its end in any case: answering in the
 * middle would reset the connection, and the caller might never see the answer.
 */
async function receive(request: IncomingMessage, received: Buffer[]): Promise<boolean> {
  let bytes = 0;
  for await (const chunk of request) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes <= maximumBodyBytes) received.push(buffer);
  }
  return bytes <= maximumBodyBytes;
}

function refuse(error: unknown): Answer & { readonly status: number } {
  if (error instanceof ServiceError) {
    return { status: error.status, body: { code: error.code, message: error.message } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, body: { code: "InternalError", message } };
}

/** The caller's id comes back as the first part of the service's. */
function requestId(request: IncomingMessage): string {
  const given = String(request.headers["opc-request-id"]);
  const own = () => randomBytes(16).toString("hex").toUpperCase();
  return [/^[\w-]{1,64}$/.test(given) ? given : own(), own(), own()].join("/");
}

function readable(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
}
