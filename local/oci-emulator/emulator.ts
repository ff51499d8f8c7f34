import type { KeyObject } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { atProcessEnd } from "../fn-agent/at-process-end.ts";
import { CustomMetrics } from "./custom-metrics.ts";
import { type RecordedRequest, readable, receive, refuse, requestId } from "./exchange.ts";
import type { RefuseMetric } from "./post-metric-data.ts";
import {
  filePrincipal,
  inlinePrincipal,
  instanceClaims,
  TokenIssuer,
  userClaims,
} from "./principal.ts";
import { type ConfigFile, createApiKey, createSession } from "./profiles.ts";
import { type Answer, answerCall, operationOf } from "./routes.ts";
import { notAuthorizedOrNotFound, ServiceError } from "./service-error.ts";
import { type Credentials, verifyBody, verifyHeaders } from "./signature.ts";
import type { EmulatedTenancy } from "./tenancy.ts";

export interface EmulatorOptions {
  /** A function is asked at every request, so that the tenancy can change. */
  readonly tenancy: EmulatedTenancy | (() => EmulatedTenancy);
  /** The service's clock, for metrics and signatures alike. @default the machine's */
  readonly now?: () => Date;
  /** What no policy allows, as in "GetVnic" or "ListInstancePools <compartment>". @default none */
  readonly denied?: () => readonly string[];
  /** Whether a call is one too many, with so many under way, itself among them. @default none is */
  readonly throttled?: (operation: string, underWay: number) => boolean;
  /** How long each answer is held back. @default 0 */
  readonly latencyMs?: number;
  /** How a process gets its resource principal: OCI Functions gives files. @default "files" */
  readonly principal?: "files" | "inline";
  /** @default 15 minutes */
  readonly tokenLifetimeMs?: number;
  /** Why a posted metric is not taken; undefined for one that is. @default all that are right are */
  readonly refuseMetric?: RefuseMetric;
}

const defaultTokenLifetimeMs = 15 * 60_000;

/** OCI Monitoring, Compute, Networking, Identity and Vault on 127.0.0.1, for one tenancy. */
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
  #underWay = 0;

  private constructor(options: EmulatorOptions, server: Server, url: string) {
    this.url = url;
    this.#options = options;
    this.#server = server;
    this.#directory = mkdtempSync(join(tmpdir(), "oci-emulator-"));
    this.#forgetDirectory = atProcessEnd(() => this.#removeDirectory());
    server.on("request", (request, response) => void this.#serve(request, response));
    const credentials = this.#issuer.issueFirst(this.#now(), this.#tokenLifetimeMs());
    const give = options.principal === "inline" ? inlinePrincipal : filePrincipal;
    this.environment = {
      ...give(credentials, this.#directory),
      OCI_MONITORING_ENDPOINT: url,
      OCI_MONITORING_INGESTION_ENDPOINT: url,
      OCI_CORE_ENDPOINT: url,
      OCI_SECRETS_ENDPOINT: url,
      OCI_IDENTITY_ENDPOINT: url,
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
    filePrincipal(this.#issuer.issue(this.#now(), lifetimeMs), this.#directory);
  }

  /** A user's API key that the emulator accepts, in a file for OCI_CONFIG_FILE. */
  createApiKey(): ConfigFile {
    const { keyId, publicKey, configFile, profile } = createApiKey(this.#directory);
    this.#apiKeys.set(keyId, publicKey);
    return { configFile, profile };
  }

  /** A user's session as `oci session authenticate` makes it, in a file for OCI_CONFIG_FILE. */
  createSession({ lifetimeMs = this.#tokenLifetimeMs() }: { lifetimeMs?: number } = {}) {
    return createSession(this.#directory, this.issueToken(lifetimeMs));
  }

  /** A user's token, with the key that it is for. */
  issueToken(lifetimeMs = this.#tokenLifetimeMs()) {
    return this.#issuer.issue(this.#now(), lifetimeMs, userClaims);
  }

  /** The token of an instance that has this key. */
  instanceToken(publicKey: KeyObject): string {
    return this.#issuer.tokenFor(publicKey, this.#now(), this.#tokenLifetimeMs(), instanceClaims);
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
    this.#underWay += 1;
    const asked = { path, parameters, underWay: this.#underWay };
    const { status, body, headers } = await this.#answer(request, asked, received).then(
      (answer) => ({ status: 200, ...answer }),
      refuse,
    );
    const recorded = {
      method,
      path,
      query: Object.fromEntries(parameters),
      body: readable(Buffer.concat(received)),
      operation: operationOf(method, path),
      status,
      receivedAtMs,
      answeredAtMs: undefined as number | undefined,
    };
    this.#requests.push(recorded);
    await delay(this.#options.latencyMs ?? 0);
    this.#underWay -= 1;
    recorded.answeredAtMs = performance.now();
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
    asked: { path: string; parameters: URLSearchParams; underWay: number },
    received: Buffer[],
  ): Promise<Answer> {
    const { path, parameters, underWay } = asked;
    const withinLimit = await receive(request, received);
    const credentials = { issuerKey: this.#issuer.publicKey, apiKeys: this.#apiKeys };
    const now = this.#now();
    await verifyHeaders(request, credentials, now);
    if (!withinLimit)
      throw new ServiceError(413, "RequestEntityTooLarge", "The body is over 1 MB.");
    const body = Buffer.concat(received);
    verifyBody(request, body);
    const { tenancy, refuseMetric, denied, throttled } = this.#options;
    const operation = operationOf(request.method ?? "", path);
    const ofCompartment = `${operation} ${parameters.get("compartmentId")}`;
    if (denied?.().some((one) => one === operation || one === ofCompartment)) {
      throw notAuthorizedOrNotFound();
    }
    if (throttled?.(operation, underWay)) {
      throw new ServiceError(429, "TooManyRequests", "Too many requests for the tenancy.");
    }
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
