import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { AxiosResponse } from "axios";
import type { PrometheusServerConfig } from "../config/prometheus-servers.ts";
import {
  InternalError,
  NotAuthenticatedError,
  SourceUnavailableError,
  UtilizationError,
} from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { AnswerTooLargeError, describeNetworkFailure } from "../network/network-failure.ts";
import { TunnelRefusedError } from "../network/tunnel.ts";
import { CallLimit } from "../resilience/call-limit.ts";
import { Endpoint, type EndpointState } from "../resilience/endpoint.ts";
import { passingFailure } from "../resilience/passing-failure.ts";
import { AnswerMemory } from "./answer-memory.ts";
import { AnswerReader } from "./answer-reader.ts";
import { type Connection, connect, type ReadSecret } from "./connection.ts";
import { type QueryAnswer, readQueryAnswer, readQueryFailure } from "./response.ts";
import { shorten } from "./shorten.ts";

/** Two queries for each of four selectors: a large pool's queries are heavy. */
export function queryLimit(): CallLimit {
  return new CallLimit({ concurrency: 8 });
}

type Redact = Connection["redact"];

/** Who waits for an answer, and how long its memory is needed. */
interface Asked {
  readonly invocation: Invocation;
  readonly over: AbortSignal;
}

/** Asks one Prometheus server; made once per process. */
export class PrometheusClient {
  readonly #server: PrometheusServerConfig;
  readonly #endpoint: Endpoint;
  readonly #memory: AnswerMemory;
  #connection: Promise<Connection> | undefined;
  /** Of the last two connections: queries with the older credentials may still be under way. */
  #redactions: readonly Redact[] = [];

  /**
   * @param limit of all servers that are the same host
   * @param memory of the process
   */
  constructor(
    server: PrometheusServerConfig,
    now: () => Date,
    limit = queryLimit(),
    memory = new AnswerMemory(),
  ) {
    this.#server = server;
    this.#memory = memory;
    this.#endpoint = new Endpoint({ name: this.#label, limit, now });
  }

  get state(): EndpointState {
    return this.#endpoint.state;
  }

  /** The text without the credentials that the server has been sent. */
  redact(text: string): string {
    return this.#redactions.reduce((rest, redact) => redact(rest), text);
  }

  /**
   * Evaluates PromQL at the server's own present, or at `time`, which is to be the server's own as
   * well: this machine's clock may differ. It is posted, as a pool's names don't fit a URL.
   * @throws SourceUnavailableError, NotAuthenticatedError, ThrottledError, CircuitOpenError,
   * DeadlineExceededError, or InternalError when the server does not accept the query.
   */
  async query(
    promql: string,
    {
      invocation,
      readSecret,
      time,
      over,
    }: {
      readonly invocation: Invocation;
      readonly readSecret: ReadSecret;
      readonly time?: Date | undefined;
      /** Aborts when the answer isn't needed any more; if not given, that is as soon as it is there. */
      readonly over?: AbortSignal | undefined;
    },
  ): Promise<QueryAnswer> {
    const own = new AbortController();
    const asked = { invocation, over: over ?? own.signal };
    this.#memory.enter(asked.over);
    const at = time === undefined ? {} : { time: String(time.getTime() / 1000) };
    const form = new URLSearchParams({ query: promql, ...at });
    const ask = async (connecting: Promise<Connection>) => {
      const connection = await invocation.inTime(connecting);
      const post = (signal: AbortSignal) => this.#post(form, connection, asked, signal);
      return this.#endpoint.call(invocation, post, "query");
    };
    const connecting = this.#connect(readSecret);
    try {
      return await ask(connecting);
    } catch (error) {
      if (!(error instanceof CredentialsRefusedError) || !(await connecting).fromVault) throw error;
      // The secret may have a newer version; another query may have fetched it already.
      if (this.#connection === connecting) this.#connection = undefined;
      return await ask(this.#connect(readSecret));
    } finally {
      own.abort();
    }
  }

  #connect(readSecret: ReadSecret): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const connecting = connect(this.#server, readSecret);
    this.#connection = connecting;
    connecting.then(
      ({ redact }) => {
        this.#redactions = [redact, ...this.#redactions.slice(0, 1)];
      },
      () => {
        if (this.#connection === connecting) this.#connection = undefined;
      },
    );
    return connecting;
  }

  async #post(
    form: URLSearchParams,
    { http, redact }: Connection,
    asked: Asked,
    signal: AbortSignal,
  ): Promise<QueryAnswer> {
    let response: AxiosResponse<Readable>;
    try {
      response = await http.post(`${this.#server.url}/api/v1/query`, form, { signal });
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof TunnelRefusedError) throw this.#cutOff(cause);
      throw this.#unreachable(error, redact);
    }
    const answer = await this.#read(textOf(response), asked, signal).catch((error: unknown) => {
      if (response.status === 200) throw this.#unread(error, response, redact);
    });
    // A refusal is one, whether or not it can be read.
    if (answer === undefined) throw this.#refused(response, undefined, redact);
    const { frame, series } = answer;
    if (response.status !== 200) throw this.#refused(response, frame, redact);
    return { ...readQueryAnswer(frame, series, redact), answeredAt: dateOf(response) };
  }

  async #read(body: Readable, { invocation, over }: Asked, signal: AbortSignal) {
    const chunks: AsyncIterator<Buffer, undefined> = body[Symbol.asyncIterator]();
    const reader = new AnswerReader();
    const readWhile = async (goOn: () => boolean) => {
      while (goOn()) {
        const { value: chunk } = await chunks.next();
        if (chunk === undefined) return true;
        const held = reader.seriesBytes;
        invocation.usage.bytes += chunk.length;
        reader.push(chunk);
        this.#memory.hold(reader.seriesBytes - held, over);
      }
      return false;
    };
    const readOn = () => readWhile(() => true);
    try {
      const isWhole = await readWhile(() => !this.#memory.crowded);
      if (!isWhole) await this.#memory.inTurn(readOn, over, signal);
      return reader.end();
    } catch (error) {
      body.destroy();
      this.#memory.hold(-reader.seriesBytes, over);
      throw error;
    }
  }

  /** Nothing of an AxiosError leaves this file: it holds the authorization header. */
  #unreachable(error: unknown, redact: Redact): UtilizationError {
    const { reason, transient } = describeNetworkFailure(error);
    return new SourceUnavailableError(
      // A proxy's answer may be the reason, word for word.
      `Prometheus server ${this.#label} can't be reached: ${shorten(redact(reason))}`,
      { transient },
    );
  }

  #cutOff({ status, retryAfter }: TunnelRefusedError): UtilizationError {
    const message = `The proxy of Prometheus server ${this.#label} answered ${status}.`;
    switch (status) {
      case 407:
        return new CredentialsRefusedError(message, { hint: proxyCredentialsHint });
      case 403:
        return new NotAuthenticatedError(message, { hint: proxyHint });
    }
    const passing = passingFailure(status, message, retryAfter);
    return passing ?? new SourceUnavailableError(message, { hint: proxyHint });
  }

  #unread(error: unknown, response: AxiosResponse<Readable>, redact: Redact): UtilizationError {
    if (error instanceof UtilizationError) return error;
    if (error instanceof SyntaxError) return this.#notJson(response, redact);
    if (!(error instanceof AnswerTooLargeError)) return this.#unreachable(error, redact);
    const message = `Prometheus server ${this.#label} answered more than can be read.`;
    return new SourceUnavailableError(message, { hint: "Try a shorter window." });
  }

  #refused(
    { status, headers }: AxiosResponse<Readable>,
    body: unknown,
    redact: Redact,
  ): UtilizationError {
    const said = readQueryFailure(body);
    const reason = said && `: ${shorten(redact(`${said.errorType}: ${said.error}`))}`;
    const message = `Prometheus server ${this.#label} answered ${status}${reason ?? ""}`;
    switch (status) {
      case 401:
        return new CredentialsRefusedError(message, { hint: credentialsHint });
      case 403:
        return new NotAuthenticatedError(message, { hint: credentialsHint });
      case 400:
        // Prometheus can't read our PromQL; another server's 400 is not about that.
        if (said !== undefined) return new InternalError(message);
        break;
      case 422:
        return new SourceUnavailableError(message, { hint: tooHeavyHint });
      case 503:
        // The server's own limit on the query: it is there, and would be at it for as long again.
        if (!ownLimits.has(said?.errorType)) break;
        return new SourceUnavailableError(message, { hint: tooHeavyHint });
    }
    const passing = passingFailure(status, message, headers["retry-after"]?.toString());
    return passing ?? new SourceUnavailableError(message, { hint: urlHint });
  }

  #notJson({ headers }: AxiosResponse<Readable>, redact: Redact): UtilizationError {
    const type = /^[\w./+-]{1,100}/.exec(redact(String(headers["content-type"])))?.[0];
    const message = `Prometheus server ${this.#label} answered ${type ?? "no content type"}, not JSON.`;
    return new SourceUnavailableError(message, { hint: urlHint });
  }

  get #label(): string {
    return `"${this.#server.name}" (${new URL(this.#server.url).host})`;
  }
}

/** A 401, or a proxy's 407: newer credentials might do. */
class CredentialsRefusedError extends NotAuthenticatedError {}

/** Types of error by which a server ends a query. */
const ownLimits: ReadonlySet<string | undefined> = new Set(["timeout", "canceled"]);

const credentialsHint = "Check the server's auth and headers.";
const proxyCredentialsHint = "Check the user and the password in the URL of the server's proxy.";
const proxyHint = "Check that the proxy lets this function through to the server's host and port.";
const tooHeavyHint = "Try a shorter window, or fewer members.";
const urlHint = "Check the server's URL: its API is expected at <url>/api/v1/query.";

function textOf({ data, headers }: AxiosResponse<Readable>): Readable {
  if (headers["content-encoding"] !== "gzip") return data;
  // Whoever reads is told of errors by the last of the streams.
  return pipeline(data, createGunzip(), () => {});
}

/** By the server's clock or, if it doesn't tell, by ours. */
function dateOf({ headers }: AxiosResponse): Date {
  const date = new Date(String(headers["date"]));
  return Number.isNaN(date.getTime()) ? new Date() : date;
}
