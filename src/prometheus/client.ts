import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { AxiosResponse } from "axios";
import type { PrometheusServerConfig } from "../config/prometheus-servers.ts";
import type { Invocation } from "../invocation.ts";
import { type Asker, connectionHints } from "../network/hints.ts";
import { CallLimit } from "../resilience/call-limit.ts";
import { Endpoint, type EndpointState } from "../resilience/endpoint.ts";
import { AnswerMemory } from "./answer-memory.ts";
import { AnswerReader } from "./answer-reader.ts";
import { type Connection, connect, type ReadSecret } from "./connection.ts";
import { Door } from "./door.ts";
import type { QueryAnswer } from "./query-api.ts";
import { CredentialsRefusedError, refused, unanswered, unread } from "./refusal.ts";
import { readQueryAnswer } from "./response.ts";

/** Two queries for each of four selectors: a large pool's queries are heavy. */
export function queryLimit(): CallLimit {
  return new CallLimit({ concurrency: 8 });
}

interface ReadingNeeds extends Pick<Invocation, "usage"> {
  /** Aborts when the answer isn't needed any more. */
  readonly release: AbortSignal;
  readonly signal: AbortSignal;
}

/** Asks one Prometheus server; made once per process. */
export class PrometheusClient {
  readonly #server: PrometheusServerConfig;
  readonly #now: () => Date;
  readonly #door: Door;
  readonly #endpoint: Endpoint;
  /** The token endpoint of its `auth.oauth2`. */
  readonly #issuer: Endpoint | undefined;
  readonly #memory: AnswerMemory;
  #connection: Promise<Connection> | undefined;
  /** Of the last two connections: queries with the older credentials may still be under way. */
  #redactions: readonly Connection["redact"][] = [];

  /**
   * @param limit of all servers that are the same host
   * @param memory of the process
   */
  constructor(
    server: PrometheusServerConfig,
    now: () => Date,
    limit = queryLimit(),
    memory = new AnswerMemory(),
    asker: Asker = "function",
  ) {
    this.#server = server;
    this.#door = new Door(server.url, server.queryParameters);
    this.#memory = memory;
    this.#now = now;
    const endpointAt = (url: string, what: string, calls: CallLimit) => {
      const silenceHint = connectionHints.prometheus[asker];
      const name = `${what} (${new URL(url).host})`;
      return new Endpoint({ name, limit: calls, now, silenceHint });
    };
    const { name, url, oauth2 } = server;
    const tokens = `Prometheus server "${name}"'s token endpoint`;
    this.#endpoint = endpointAt(url, `"${name}"`, limit);
    this.#issuer = oauth2 && endpointAt(oauth2.tokenUrl, tokens, queryLimit());
  }

  get states(): readonly EndpointState[] {
    return [this.#endpoint, this.#issuer].flatMap((endpoint) => endpoint?.state ?? []);
  }

  /** Whether the server takes a query of this length, as far as is known by now. */
  fits(promql: string): boolean {
    return this.#door.fits(promql);
  }

  /** Opens connections that the next queries have, where a query has shown by now how the server is to be asked. */
  connectAhead(): void {
    this.#connection?.then(
      ({ open }) => open(),
      () => {},
    );
  }

  /** The text without the credentials that the server has been sent. */
  redact(text: string): string {
    return this.#redactions.reduce((rest, redact) => redact(rest), text);
  }

  /**
   * Evaluates PromQL at the server's own present, or at `time`, which is to be the server's own as
   * well: this machine's clock may differ.
   * @throws QueryTooLongError, SourceUnavailableError, NotAuthenticatedError, ThrottledError, CircuitOpenError,
   * DeadlineExceededError, or InternalError when the server does not accept the query.
   */
  async query(
    promql: string,
    {
      invocation,
      readSecret,
      time,
      release,
    }: {
      readonly invocation: Invocation;
      readonly readSecret: ReadSecret;
      readonly time?: Date | undefined;
      /** Aborts when the answer isn't needed any more; if not given, that is as soon as it is there. */
      readonly release?: AbortSignal | undefined;
    },
  ): Promise<QueryAnswer> {
    const own = new AbortController();
    const at = time === undefined ? {} : { time: String(time.getTime() / 1000) };
    const form = new URLSearchParams({ query: promql, ...at });
    const ask = async (connecting: Promise<Connection>) => {
      const connection = await invocation.inTime(connecting);
      const token = await connection.tokens?.get(invocation);
      const needs = { usage: invocation.usage, release: release ?? own.signal };
      const send = (signal: AbortSignal) =>
        this.#ask(form, { ...connection, token }, { ...needs, signal });
      return this.#endpoint.call(invocation, send, "query");
    };
    const connecting = this.#connect(readSecret);
    try {
      return await ask(connecting);
    } catch (error) {
      if (!(error instanceof CredentialsRefusedError)) throw error;
      const { fromVault, tokens } = await connecting;
      // An issuer that refused the secret would refuse it again.
      if (!fromVault && (tokens === undefined || error.by === "issuer")) throw error;
      // There may be a newer secret or token; another query may have fetched it already.
      if (this.#connection === connecting) this.#connection = undefined;
      return await ask(this.#connect(readSecret));
    } finally {
      own.abort();
    }
  }

  #connect(readSecret: ReadSecret): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const needs = { readSecret, issuer: this.#issuer, now: this.#now };
    const connecting = connect(this.#server, needs);
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

  async #ask(
    form: URLSearchParams,
    { http, redact, token }: Connection & { readonly token: string | undefined },
    needs: ReadingNeeds,
  ): Promise<QueryAnswer> {
    const asked = { name: `Prometheus server ${this.#endpoint.name}`, redact };
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const { signal } = needs;
    const askedAtMs = performance.now();
    const { response, tried } = await this.#door
      .send(form, (request) => http.request({ ...request, headers, signal }))
      .catch((error: unknown) => {
        throw unanswered(error, asked);
      });
    const askedAt = dateBefore(response, performance.now() - askedAtMs);
    const isAnswer = response.status === 200;
    const answer = await this.#read(textOf(response), needs).catch((error: unknown) => {
      // A refusal is one, whether or not it can be read.
      if (isAnswer) throw unread(error, response, asked);
    });
    if (answer === undefined || !isAnswer) {
      const body = answer?.envelope;
      throw refused(response, { body, tried, byToken: token !== undefined }, asked);
    }
    const read = readQueryAnswer(answer.envelope, answer.series, redact);
    return { ...read, askedAt, askedAtMs };
  }

  async #read(body: Readable, { usage, release }: ReadingNeeds) {
    let held = 0;
    const reader = new AnswerReader((bytes) => {
      held += bytes;
      this.#memory.hold(bytes, release);
    });
    const chunks: AsyncIterable<Buffer> = body;
    try {
      for await (const chunk of chunks) {
        usage.bytes += chunk.length;
        reader.push(chunk);
      }
      return reader.end();
    } catch (error) {
      this.#memory.hold(-held, release);
      throw error;
    }
  }
}

function textOf({ data, headers }: AxiosResponse<Readable>): Readable {
  if (headers["content-encoding"] !== "gzip") return data;
  // The reader is told of errors by the last of the streams.
  return pipeline(data, createGunzip(), () => {});
}

/** So many ms before the server's date; undefined if it doesn't tell. */
function dateBefore({ headers }: AxiosResponse, ms: number): Date | undefined {
  const date = new Date(Date.parse(String(headers["date"])) - ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
