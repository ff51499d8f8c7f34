import * as v from "valibot";
import { NotAuthenticatedError, SourceUnavailableError } from "../../src/errors.ts";
import type { Invocation } from "../../src/invocation.ts";
import { CallLimit } from "../../src/resilience/call-limit.ts";
import { Endpoint } from "../../src/resilience/endpoint.ts";
import { transientFailure } from "../../src/resilience/transient-failure.ts";

const series = v.object({
  tags: v.record(v.string(), v.string()),
  values: v.array(v.array(v.nullable(v.number()))),
  // One that was cut off says so, and is no answer.
  partial: v.optional(v.never()),
});
/** One that failed has an error, though the status is 200. */
const result = v.object({ error: v.optional(v.never()), series: v.optional(v.array(series), []) });
const document = v.pipe(v.string(), v.parseJson(), v.object({ results: v.array(result) }));

/** A row of its values is a time, in unix seconds, and then what was selected. */
export type Series = v.InferOutput<typeof series>;

/** The series of each statement, and when that was by the server's clock. */
export interface Answer {
  readonly at: Date;
  readonly statements: readonly (readonly Series[])[];
}

/** Asks InfluxDB 1.x, with the retries, the circuit and the deadline that all endpoints have. */
export class InfluxDBClient {
  readonly #url: string;
  readonly #now: () => Date;
  readonly #endpoint: Endpoint;

  /** @param url of its query API, as http://influxdb.internal:8086/query?db=telegraf */
  constructor(url: string, now: () => Date) {
    this.#url = url;
    this.#now = now;
    const limit = new CallLimit({ concurrency: 8 });
    const silenceHint = "Check that the function's subnet reaches InfluxDB.";
    this.#endpoint = new Endpoint({ name: "InfluxDB", limit, now, silenceHint });
  }

  /**
   * Runs statements of InfluxQL that group by tags. `params` are what `$name` stands for in them: bound, a
   * text needs no escaping.
   * @throws UtilizationError when one of them has no whole answer.
   */
  query(
    statements: readonly string[],
    params: Readonly<Record<string, string>>,
    invocation: Invocation,
  ): Promise<Answer> {
    const q = statements.join(";");
    const form = new URLSearchParams({ q, params: JSON.stringify(params), epoch: "s" });
    const send = async (signal: AbortSignal) => {
      const answer = await this.#send(form, signal);
      if (answer.statements.length === statements.length) return answer;
      throw new SourceUnavailableError("InfluxDB did not answer each statement.");
    };
    return this.#endpoint.call(invocation, send, "query");
  }

  async #send(body: URLSearchParams, signal: AbortSignal): Promise<Answer> {
    // A redirect would take the query to a stranger.
    const init = { method: "POST", body, signal, redirect: "manual" } as const;
    const response = await fetch(this.#url, init).catch(unreachable);
    const text = await response.text().catch(unreachable);
    const { status, headers } = response;
    const said = `InfluxDB answered ${status}: ${text.slice(0, 200)}`;
    if (status === 401 || status === 403) throw new NotAuthenticatedError(said);
    const failure = transientFailure(status, said, headers.get("retry-after") ?? undefined);
    if (failure !== undefined) throw failure;
    const answer = v.safeParse(document, text);
    if (status !== 200 || !answer.success) throw new SourceUnavailableError(said);
    const at = new Date(headers.get("date") ?? this.#now());
    return { at, statements: answer.output.results.map((one) => one.series) };
  }
}

function unreachable(cause: unknown): never {
  const message = "InfluxDB can't be reached.";
  throw new SourceUnavailableError(message, { cause, transient: true });
}
