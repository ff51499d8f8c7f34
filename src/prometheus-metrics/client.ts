import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { rootCertificates } from "node:tls";
import axios, { type AxiosInstance, type AxiosResponse } from "axios";
import type { PrometheusServerConfig } from "../config/prometheus-servers.ts";
import {
  InternalError,
  NotAuthenticatedError,
  SourceUnavailableError,
  ThrottledError,
  type UtilizationError,
} from "../errors.ts";
import { type QueryAnswer, readQueryAnswer, readQueryFailure } from "./response.ts";

/** How long one query may take from first byte to last, in milliseconds. */
const queryTimeoutMs = 10_000;
/** Five times what 1,000 hosts answer; nothing larger can be about an instance pool. */
const maximumAnswerBytes = 16_000_000;

/** Asks one Prometheus server. */
export class PrometheusClient {
  readonly #server: PrometheusServerConfig;
  readonly #http: AxiosInstance;

  constructor(server: PrometheusServerConfig) {
    this.#server = server;
    // A CA of the operator's is trusted besides the built-in ones, which `ca` alone would replace.
    const ca = server.ca === undefined ? {} : { ca: [...rootCertificates, server.ca] };
    this.#http = axios.create({
      httpAgent: new HttpAgent({ keepAlive: true }),
      httpsAgent: new HttpsAgent({ keepAlive: true, ...ca }),
      headers: { ...server.headers, Accept: "application/json" },
      // A redirect turns the POST into a GET, and takes tenant headers along to strangers.
      maxRedirects: 0,
      // A function's configuration is its environment: a key HTTP_PROXY would divert the tokens.
      proxy: false,
      maxContentLength: maximumAnswerBytes,
      responseType: "text",
      transformResponse: (text: unknown) => text,
      validateStatus: () => true,
    });
  }

  /**
   * Evaluates PromQL at the server's own present, or at `time`, which is to be the server's own as
   * well: this machine's clock may differ. It is posted, as a pool's names don't fit a URL.
   * @throws SourceUnavailableError, NotAuthenticatedError, ThrottledError, or InternalError when
   * the server does not accept the query.
   */
  async query(promql: string, time?: Date): Promise<QueryAnswer> {
    const at = time === undefined ? {} : { time: String(time.getTime() / 1000) };
    const form = new URLSearchParams({ query: promql, ...at });
    let response: AxiosResponse<unknown>;
    try {
      // axios' own timeout stops when the headers are there; a dripping body needs the signal.
      const signal = AbortSignal.timeout(queryTimeoutMs);
      response = await this.#http.post(`${this.#server.url}/api/v1/query`, form, { signal });
    } catch (error) {
      throw this.#unreachable(error);
    }
    const body = parseJson(response.data);
    if (response.status !== 200) throw this.#refused(response, body);
    if (body === undefined) throw this.#notJson(response);
    return readQueryAnswer(body);
  }

  /** Nothing of an AxiosError leaves this file: it holds the authorization header. */
  #unreachable(error: unknown): UtilizationError {
    const timedOut = axios.isCancel(error);
    const text = axios.isAxiosError(error) ? error.message || error.code : "no reason given";
    const reason = timedOut ? `no answer within ${queryTimeoutMs} ms` : text;
    return new SourceUnavailableError(
      `Prometheus server ${this.#label} can't be reached: ${reason}`,
    );
  }

  #refused(response: AxiosResponse<unknown>, body: unknown): UtilizationError {
    const said = readQueryFailure(body);
    const reason = said === undefined ? "" : `: ${shorten(said)}`;
    const message = `Prometheus server ${this.#label} answered ${response.status}${reason}`;
    switch (response.status) {
      case 401:
      case 403:
        return new NotAuthenticatedError(message, { hint: "Check the server's auth and headers." });
      case 429:
        return new ThrottledError(message);
      case 400:
        // Prometheus can't read our PromQL; another server's 400 is not about that.
        if (said !== undefined) return new InternalError(message);
        break;
      case 422:
        return new SourceUnavailableError(message, {
          hint: "Try a shorter window, or fewer members.",
        });
    }
    return new SourceUnavailableError(message, { hint: urlHint });
  }

  #notJson(response: AxiosResponse<unknown>): UtilizationError {
    const type = String(response.headers["content-type"] ?? "no content type").slice(0, 100);
    const message = `Prometheus server ${this.#label} answered ${type}, not JSON.`;
    return new SourceUnavailableError(message, { hint: urlHint });
  }

  get #label(): string {
    return `"${this.#server.name}" (${new URL(this.#server.url).host})`;
  }
}

const urlHint = "Check the server's URL: its API is expected at <url>/api/v1/query.";

function parseJson(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The server repeats the query in its errors, and a pool's query is long. */
function shorten(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
