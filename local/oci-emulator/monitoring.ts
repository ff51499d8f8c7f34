import { aggregate, satisfies } from "./aggregate.ts";
import { CustomMetrics } from "./custom-metrics.ts";
import { agentStreams, type StreamGroup, selectStreams } from "./metric-streams.ts";
import { invalidParameter, missingParameter, notAuthorizedOrNotFound } from "./service-error.ts";
import { parseSummarizeRequest, type SummarizeRequest } from "./summarize-request.ts";
import { compartmentsOf, type EmulatedTenancy, type MetricStream, tenancyId } from "./tenancy.ts";

interface Datapoint {
  /** ISO instant, the beginning of the point's interval. */
  readonly timestamp: string;
  readonly value: number;
}

/** A stream as SummarizeMetricsData answers it. */
export interface MetricData {
  readonly namespace: string;
  readonly resourceGroup: string | null;
  readonly compartmentId: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly resolution: null;
  readonly aggregatedDatapoints: readonly Datapoint[];
}

const minuteMs = 60_000;
const sampleMs = 10_000;
const maximumStreams = 2_000;
const maximumDatapoints = 100_000;

/** The dimensions, units and samples of these are the agent's; all others are posted. */
const agentNamespace = "oci_computeagent";

const displayNames = new Map([
  ["CpuUtilization", "CPU Utilization"],
  ["MemoryUtilization", "Memory Utilization"],
]);

/**
 * SummarizeMetricsData over what the tenancy's instances have emitted up to `now`, and over what was
 * posted. The newest point can stand on fewer samples than the others, as the service's can.
 * @throws ServiceError 400 or 404
 */
export function summarizeMetricsData(
  tenancy: EmulatedTenancy,
  parameters: URLSearchParams,
  body: unknown,
  now: Date,
  custom = new CustomMetrics(),
): readonly MetricData[] {
  const compartmentId = parameters.get("compartmentId");
  if (!compartmentId) throw missingParameter("compartmentId");
  const inSubtree = parameters.get("compartmentIdInSubtree") === "true";
  if (inSubtree && compartmentId !== tenancyId) {
    throw invalidParameter("compartmentIdInSubtree: only with the tenancy as the compartment");
  }
  const request = parseSummarizeRequest(body, now);
  if (!compartmentsOf(tenancy).has(compartmentId)) throw notAuthorizedOrNotFound();
  const { namespace, resourceGroup, query } = request;
  const ofAgent = namespace === agentNamespace;
  // Metrics without a resource group are matched only by requests without one.
  if (ofAgent && resourceGroup !== undefined) return [];
  const streams = ofAgent
    ? agentStreams(tenancy, query.metric)
    : custom.streams(namespace, resourceGroup, query.metric);
  return answer(selectStreams(streams, inSubtree ? undefined : compartmentId, query), request, now);
}

function answer(
  groups: readonly StreamGroup[],
  request: SummarizeRequest,
  now: Date,
): readonly MetricData[] {
  const { namespace, resourceGroup = null, query } = request;
  const rows: MetricData[] = [];
  let datapoints = 0;
  for (const { compartmentId, dimensions, streams } of groups) {
    const aggregatedDatapoints = summarize(streams, request, now);
    if (aggregatedDatapoints.length === 0) continue;
    datapoints += aggregatedDatapoints.length;
    rows.push({
      namespace,
      resourceGroup,
      compartmentId,
      name: query.metric,
      dimensions,
      metadata:
        namespace === agentNamespace
          ? { displayName: displayNames.get(query.metric) ?? query.metric, unit: "percent" }
          : {},
      resolution: null,
      aggregatedDatapoints,
    });
    if (rows.length > maximumStreams) throw invalidParameter("Exceeded maximum metric streams");
    if (datapoints > maximumDatapoints) throw invalidParameter("Exceeded maximum data points");
  }
  return rows;
}

/**
 * Points are aligned to the request, not to the clock: they begin with the first whole minute at
 * or after its start. A point covers the interval that follows its timestamp.
 */
function summarize(
  streams: readonly MetricStream[],
  { namespace, query, start, end, resolutionMinutes }: SummarizeRequest,
  now: Date,
): readonly Datapoint[] {
  // What is posted has no resolution below a minute (PostMetricData, in the API reference).
  const emitted = new EmittedSamples(streams, now, namespace === agentNamespace ? sampleMs : 0);
  const points: Datapoint[] = [];
  const stop = Math.min(end.getTime(), now.getTime() + 1);
  const first = Math.ceil(start.getTime() / minuteMs) * minuteMs;
  for (let time = first; time < stop; time += resolutionMinutes * minuteMs) {
    const samples = emitted.between(
      time,
      Math.min(time + query.intervalMinutes * minuteMs, end.getTime()),
    );
    if (samples.length === 0 && !isNoticedAbsence(emitted, query.statistic, time)) continue;
    const value = aggregate(query.statistic, samples, query.intervalMinutes);
    if (query.predicate && !satisfies(query.predicate, value)) continue;
    // With a predicate the service answers 1.0, not the metric.
    points.push({ timestamp: new Date(time).toISOString(), value: query.predicate ? 1 : value });
  }
  return points;
}

/** absent() answers for an interval without data, but only for a while after the last data. */
function isNoticedAbsence(
  emitted: EmittedSamples,
  statistic: SummarizeRequest["query"]["statistic"],
  time: number,
): boolean {
  if (statistic.name !== "absent") return false;
  return emitted.between(time - statistic.detectionMinutes * minuteMs, time).length > 0;
}

/** The samples of some streams in the order of time; each minute is asked for once. */
class EmittedSamples {
  readonly #streams: readonly MetricStream[];
  readonly #now: number;
  readonly #sampleMs: number;
  readonly #byMinute = new Map<number, readonly { time: number; value: number }[]>();

  /** @param apartMs how far the samples of a minute are apart */
  constructor(streams: readonly MetricStream[], now: Date, apartMs: number) {
    this.#streams = streams;
    this.#sampleMs = apartMs;
    this.#now = now.getTime();
  }

  /** `from` is a whole minute and inclusive, `to` is exclusive; both in epoch ms. */
  between(from: number, to: number): readonly number[] {
    const values: number[] = [];
    const [only, ...others] = this.#streams;
    for (let minute = from; minute < to; minute += minuteMs) {
      const isWhole = minute + minuteMs <= Math.min(to, this.#now);
      if (only !== undefined && others.length === 0 && isWhole) {
        // A day of thousands of members is millions of samples.
        values.push(...only(new Date(minute)));
        continue;
      }
      for (const { time, value } of this.#minute(minute)) if (time < to) values.push(value);
    }
    return values;
  }

  #minute(minute: number): readonly { time: number; value: number }[] {
    const known = this.#byMinute.get(minute);
    if (known) return known;
    const samples = this.#streams
      .flatMap((stream) =>
        stream(new Date(minute)).map((value, index) => ({
          time: minute + index * this.#sampleMs,
          value,
        })),
      )
      .filter(({ time }) => time <= this.#now)
      .sort((one, other) => one.time - other.time);
    this.#byMinute.set(minute, samples);
    return samples;
  }
}
