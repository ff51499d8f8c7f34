import type { Readable } from "node:stream";
import type { AxiosResponse } from "axios";
import { QueryTooLongError } from "./query-api.ts";

/** VictoriaMetrics refuses queries over 16 KiB, and proxies may refuse less. */
const maximumPostBytes = 16_000;

/** Servers and proxies read request lines of 8 KiB, as nginx does unless it is told otherwise. */
const maximumUrlBytes = 8_000;

/** How a server, or a proxy in front of it, says that it takes no POST: forbidden, not allowed, not implemented. */
const refusals: ReadonlySet<number> = new Set([403, 405, 501]);

/** A query as HTTP carries it. */
export interface QueryRequest {
  readonly method: "POST" | "GET";
  readonly url: string;
  /** The form of a POST. */
  readonly data?: URLSearchParams;
}

/** What was answered, and what was tried before that: a sentence for the hint of a refusal. */
export interface DoorAnswer {
  readonly response: AxiosResponse<Readable>;
  readonly tried: string | undefined;
}

/**
 * How a server takes queries: by POST, as a pool's names don't fit a URL; or by GET where POST is
 * refused, as Prometheus' own client library does. That is remembered for as long as the process lives.
 */
export class Door {
  readonly #url: string;
  /** The status that refused POST. */
  #postRefusedBy: number | undefined;

  /** @param parameters sent with every query, in the URL: proxies that choose a tenant look there */
  constructor(serverUrl: string, parameters: Readonly<Record<string, string>>) {
    const fixed = new URLSearchParams(parameters).toString();
    this.#url = `${serverUrl}/api/v1/query${fixed === "" ? "" : `?${fixed}`}`;
  }

  /** Whether the server takes a query of this length, as far as is known by now. */
  fits(promql: string): boolean {
    if (this.#postRefusedBy === undefined) return Buffer.byteLength(promql) <= maximumPostBytes;
    // The longest time that a query is evaluated at.
    return fitsUrl(this.#getUrl(new URLSearchParams({ query: promql, time: "1000000000.000" })));
  }

  /** @throws QueryTooLongError when POST is refused, and the query fits no URL; or what `send` threw. */
  async send(
    form: URLSearchParams,
    send: (request: QueryRequest) => Promise<AxiosResponse<Readable>>,
  ): Promise<DoorAnswer> {
    if (this.#postRefusedBy === undefined) {
      const response = await send({ method: "POST", url: this.#url, data: form });
      if (!refusals.has(response.status)) return { response, tried: undefined };
      response.data.destroy();
      this.#postRefusedBy = response.status;
    }
    const tried = `POST was answered ${this.#postRefusedBy}, so GET was tried.`;
    const url = this.#getUrl(form);
    if (!fitsUrl(url)) {
      throw new QueryTooLongError("The server refuses POST, and the query is too long for a URL.", {
        retryable: false,
        hint: `${tried} Let the server's proxy allow POST to ${new URL(url).pathname}.`,
      });
    }
    const response = await send({ method: "GET", url });
    // It may be the credentials that it refuses: the next query begins anew.
    if (refusals.has(response.status)) this.#postRefusedBy = undefined;
    return { response, tried };
  }

  #getUrl(form: URLSearchParams): string {
    return `${this.#url}${this.#url.includes("?") ? "&" : "?"}${form}`;
  }
}

function fitsUrl(url: string): boolean {
  const { pathname, search } = new URL(url);
  return pathname.length + search.length <= maximumUrlBytes;
}
