import * as v from "valibot";
import { isJsonObject } from "../config/json-object.ts";
import { SourceUnavailableError } from "../errors.ts";
import { shorten } from "./shorten.ts";

/**
 * A time series of an answer. A pool of 1,000 has some 66,000 points, which as objects of their own
 * would take three times the memory.
 */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds, in order; when the query was evaluated, not when the sample was taken. */
  readonly times: readonly number[];
  /** At these times. */
  readonly values: readonly number[];
}

export interface QueryAnswer {
  readonly series: readonly Series[];
  readonly warnings: readonly string[];
  /** When it was answered, by the server's clock. */
  readonly answeredAt?: Date;
}

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
 * @param frame the answer without its rows
 * @throws SourceUnavailableError when it is none.
 */
export function readQueryAnswer(
  frame: unknown,
  series: readonly Series[],
  redact: (text: string) => string = (text) => text,
): QueryAnswer {
  const parsed = v.safeParse(answer, frame);
  if (!parsed.success) throw notAnAnswer();
  const { warnings, infos, isPartial } = parsed.output;
  // VictoriaMetrics' way to say that some of its storage did not answer.
  const partial = isPartial ? ["the server says that its answer is partial"] : [];
  const said = [...warnings, ...infos].slice(0, 5).map((text) => shorten(redact(text)));
  return { series, warnings: [...said, ...partial] };
}

/** The server's own description of an error, or undefined when the body is none of its. */
export function readQueryFailure(body: unknown): v.InferOutput<typeof failure> | undefined {
  const parsed = v.safeParse(failure, body);
  return parsed.success ? parsed.output : undefined;
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
  const { metric, value, values: points = value === undefined ? [] : [value] } = row;
  if (!Array.isArray(points)) throw notAnAnswer();
  return { labels: readLabels(metric), times: points.map(readTime), values: points.map(readValue) };
}

function readLabels(metric: unknown): Series["labels"] {
  if (isLabels(metric)) return metric;
  throw notAnAnswer();
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

/** Numbers are strings, and "+Inf" is none that Number() knows: whatever is not finite is NaN. */
function readValue(point: unknown): number {
  const value: unknown = Array.isArray(point) ? point[1] : undefined;
  if (typeof value !== "string") throw notAnAnswer();
  const number = value === "" ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : Number.NaN;
}
