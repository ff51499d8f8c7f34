import * as v from "valibot";
import { isJsonObject } from "../config/json-object.ts";
import { SourceUnavailableError } from "../errors.ts";
import type { QueryAnswer, Series } from "./query-api.ts";

const strings = v.optional(v.array(v.string()), []);

/** All but the rows. */
const answer = v.object({
  status: v.literal("success"),
  data: v.object({
    resultType: v.picklist(["vector", "matrix"]),
    result: v.array(v.never()),
  }),
  warnings: strings,
  infos: strings,
  isPartial: v.optional(v.boolean(), false),
});

const failure = v.object({ status: v.literal("error"), errorType: v.string(), error: v.string() });

/**
 * Reads an answer of `/api/v1/query`: a vector or a matrix. `redact` takes credentials out of the
 * warnings, before they are cut.
 * @param envelope the answer without its rows
 * @throws SourceUnavailableError when it is none.
 */
export function readQueryAnswer(
  envelope: unknown,
  series: readonly Series[],
  redact: (text: string) => string = (text) => text,
): QueryAnswer {
  const parsed = v.safeParse(answer, envelope);
  if (!parsed.success) throw notAnAnswer();
  const { warnings, infos, isPartial } = parsed.output;
  // VictoriaMetrics' way to say that some of its storage did not answer.
  const partial = isPartial ? ["the server says that its answer is partial"] : [];
  const said = [...warnings, ...infos].slice(0, 5).map((text) => shorten(redact(text)));
  const whole = warnings.length === 0 && !isPartial;
  return { series, warnings: [...said, ...partial], partial: !whole };
}

/** The server's own description of an error, or undefined when the body is none of its. */
export function readQueryFailure(body: unknown): v.InferOutput<typeof failure> | undefined {
  const parsed = v.safeParse(failure, body);
  return parsed.success ? parsed.output : undefined;
}

/**
 * A text of the server's for people: it repeats queries in its errors, and a pool's query is long.
 * The piece is a copy, as V8 would keep all of the text for a slice of it.
 */
export function shorten(text: string): string {
  return text.length <= 300 ? text : `${Buffer.from(text.slice(0, 300)).toString()}…`;
}

function notAnAnswer(): SourceUnavailableError {
  return new SourceUnavailableError("Prometheus answered something that is not a query result.", {
    hint: "Is the URL that of a Prometheus server, with the path prefix it may have?",
  });
}

/**
 * Reads a row of a vector, which has a `value`, or of a matrix, which has `values`. Native histograms
 * have neither, and count as absent.
 * @throws SourceUnavailableError when it is none.
 */
export function readSeries(row: unknown): Series {
  if (!isJsonObject(row)) throw notAnAnswer();
  const { metric: labels, value, values: points = value === undefined ? [] : [value] } = row;
  if (!isLabels(labels) || !Array.isArray(points)) throw notAnAnswer();
  return { labels, times: points.map(readTime), values: points.map(readValue) };
}

function isLabels(metric: unknown): metric is Series["labels"] {
  return isJsonObject(metric) && Object.values(metric).every((value) => typeof value === "string");
}

/** In unix seconds, the range of dates. */
const latest = 8.64e12;

function readTime(point: unknown): number {
  const time: unknown = Array.isArray(point) ? point[0] : undefined;
  if (typeof time === "number" && time >= 0 && time <= latest) return time;
  throw notAnAnswer();
}

/** Numbers are strings, and infinity is none that Number() knows by this name. */
function readValue(point: unknown): number {
  const value: unknown = Array.isArray(point) ? point[1] : undefined;
  if (typeof value !== "string") throw notAnAnswer();
  return value === "" ? Number.NaN : Number(value.replace(/Inf$/, "Infinity"));
}
