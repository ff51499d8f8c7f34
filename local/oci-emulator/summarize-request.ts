import * as v from "valibot";
import { durationMinutes, type MqlQuery, parseMql } from "./mql.ts";
import { MqlSyntaxError } from "./mql-scanner.ts";
import { invalidParameter, missingParameter, type ServiceError } from "./service-error.ts";

/** A SummarizeMetricsData request that the service would accept. */
export interface SummarizeRequest {
  readonly namespace: string;
  readonly resourceGroup: string | undefined;
  readonly query: MqlQuery;
  /** Inclusive. */
  readonly start: Date;
  /** Exclusive. */
  readonly end: Date;
  readonly resolutionMinutes: number;
}

const instant = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
  v.check((date) => !Number.isNaN(date.getTime()), "Invalid timestamp"),
);

const detailsSchema = v.strictObject({
  namespace: v.pipe(v.string(), v.nonEmpty()),
  query: v.pipe(v.string(), v.nonEmpty()),
  resourceGroup: v.nullish(v.string()),
  startTime: v.nullish(instant),
  endTime: v.nullish(instant),
  resolution: v.nullish(v.string()),
});

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const defaultRangeMs = 3 * 60 * minuteMs;

/**
 * Checks a request body as documented for SummarizeMetricsDataDetails.
 * @throws ServiceError 400
 */
export function parseSummarizeRequest(body: unknown, now: Date): SummarizeRequest {
  const parsed = v.safeParse(detailsSchema, body);
  if (!parsed.success) throw refusal(parsed.issues[0]);
  const { namespace, resourceGroup, query: text, startTime, endTime, resolution } = parsed.output;
  const query = parseQuery(text);
  const resolutionMinutes = parseResolution(resolution ?? undefined, query.intervalMinutes);
  const start = startTime ?? new Date(now.getTime() - defaultRangeMs);
  const end = endTime ?? now;
  checkRange(start, end, resolutionMinutes, now);
  return {
    namespace,
    resourceGroup: resourceGroup ?? undefined,
    query,
    start,
    end,
    resolutionMinutes,
  };
}

function refusal(issue: v.BaseIssue<unknown>): ServiceError {
  const path = v.getDotPath(issue) ?? "the body";
  if (issue.input === undefined) return missingParameter(path);
  return invalidParameter(`${path}: ${issue.message}`);
}

function parseQuery(text: string): MqlQuery {
  try {
    return parseMql(text);
  } catch (error) {
    if (error instanceof MqlSyntaxError) throw invalidParameter(`query: ${error.message}`);
    throw error;
  }
}

/** The default is the API model's; the MQL reference says it is the interval. */
function parseResolution(resolution: string | undefined, intervalMinutes: number): number {
  if (resolution === undefined) return 1;
  const minutes = durationMinutes(resolution);
  if (minutes === undefined) {
    throw invalidParameter(`resolution: "${resolution.slice(0, 20)}" is not 1m–60m, 1h–24h or 1d`);
  }
  if (minutes > intervalMinutes) {
    throw invalidParameter(`resolution: ${resolution} is longer than the query's interval`);
  }
  return minutes;
}

/** The limits count back from now, wherever the range ends. */
function checkRange(start: Date, end: Date, resolutionMinutes: number, now: Date): void {
  if (start.getTime() >= end.getTime()) {
    throw invalidParameter("startTime: must be before endTime");
  }
  const days = longestRangeDays(resolutionMinutes);
  if (now.getTime() - start.getTime() > days * dayMs) {
    throw invalidParameter(`startTime: this resolution goes back ${days} days at most`);
  }
}

function longestRangeDays(resolutionMinutes: number): number {
  if (resolutionMinutes < 5) return 7;
  return resolutionMinutes < 60 ? 30 : 90;
}
