import * as v from "valibot";
import { SourceUnavailableError } from "../errors.ts";

/** A time series of an answer: its labels, and `[unix seconds, value]` in order of time. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

/** The time is when the query was evaluated, not when the sample was taken. */
type Point = readonly [time: number, value: number];

export interface QueryAnswer {
  readonly series: readonly Series[];
  readonly warnings: readonly string[];
}

const labels = v.record(v.string(), v.string());
/** Unix seconds, in the range of dates. */
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e12));
const point = v.tuple([time, v.string()]);
const strings = v.optional(v.array(v.string()), []);

const answer = v.object({
  status: v.literal("success"),
  data: v.variant("resultType", [
    v.object({
      resultType: v.literal("vector"),
      result: v.array(v.object({ metric: labels, value: v.optional(point) })),
    }),
    v.object({
      resultType: v.literal("matrix"),
      result: v.array(v.object({ metric: labels, values: v.optional(v.array(point), []) })),
    }),
  ]),
  warnings: strings,
  infos: strings,
  isPartial: v.optional(v.boolean(), false),
});

const failure = v.object({ status: v.literal("error"), errorType: v.string(), error: v.string() });

/**
 * Reads an answer of `/api/v1/query`: a vector or a matrix. Native histograms have no `value` and
 * count as absent. `redact` takes credentials out of the warnings, before they are cut.
 * @throws SourceUnavailableError when it is none.
 */
export function readQueryAnswer(
  body: unknown,
  redact: (text: string) => string = (text) => text,
): QueryAnswer {
  const parsed = v.safeParse(answer, body);
  if (!parsed.success) {
    throw new SourceUnavailableError("Prometheus answered something that is not a query result.", {
      hint: "Is the URL that of a Prometheus server, with the path prefix it may have?",
    });
  }
  const { data, warnings, infos, isPartial } = parsed.output;
  const series =
    data.resultType === "vector"
      ? data.result.map(({ metric, value }) => ({
          labels: metric,
          points: value ? [toPoint(value)] : [],
        }))
      : data.result.map(({ metric, values }) => ({ labels: metric, points: values.map(toPoint) }));
  // VictoriaMetrics' way to say that some of its storage did not answer.
  const partial = isPartial ? ["the server says that its answer is partial"] : [];
  const said = [...warnings, ...infos].slice(0, 5).map((text) => redact(text).slice(0, 300));
  return { series, warnings: [...said, ...partial] };
}

/** The server's own description of an error, or undefined when the body is none of its. */
export function readQueryFailure(body: unknown): v.InferOutput<typeof failure> | undefined {
  const parsed = v.safeParse(failure, body);
  return parsed.success ? parsed.output : undefined;
}

/** Numbers are strings, and "+Inf" is none that Number() knows: whatever is not finite is NaN. */
function toPoint([time, value]: readonly [number, string]): Point {
  const number = value === "" ? Number.NaN : Number(value);
  return [time, Number.isFinite(number) ? number : Number.NaN];
}
