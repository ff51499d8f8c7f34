import type { PoolSpec } from "../config/pool-spec.ts";
import type { RequestedPool } from "../config/request.ts";
import { InvalidRequestError, toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { PoolResult } from "../result/result-document.ts";
import { type CustomMetric, type Ingestion, type PostOutcome, postsOf } from "./ingestion.ts";
import { metricsOfPool } from "./pool-metrics.ts";

/** What publishing needs to know of a pool, for one invocation. */
export interface PublishDependencies {
  readonly ingestionOf: (
    spec: PoolSpec,
    invocation: Invocation,
  ) => Promise<{ readonly region: string; readonly ingestion: Ingestion }>;
  readonly compartmentOf: (spec: PoolSpec, invocation: Invocation) => Promise<string>;
  readonly now: () => Date;
}

/** A pool's result, with its place among all. */
interface Measured {
  readonly index: number;
  readonly spec: PoolSpec;
  readonly result: PoolResult;
}

interface Stream {
  readonly metric: CustomMetric;
  readonly index: number;
}

interface Warning {
  readonly index: number;
  readonly text: string;
}

/** A post takes a tenth of a second; who waits for the answer is not to wait for much more. */
const limitMs = 5_000;

/**
 * Posts what is to be published of these results, and gives them back: with a warning on those
 * that were not published as a whole. It never throws.
 * @param requested the pools that the results are of, in the same order
 */
export async function publishPools(
  requested: readonly RequestedPool[],
  results: readonly PoolResult[],
  dependencies: PublishDependencies,
  invocation: Invocation,
): Promise<readonly PoolResult[]> {
  const measured = results.flatMap((result, index) => {
    const pool = requested[index];
    if (pool === undefined || "error" in pool || pool.spec.publish === undefined) return [];
    // Without its members, nothing is known of the pool.
    return result.instances === null ? [] : [{ index, spec: pool.spec, result }];
  });
  if (measured.length === 0) return results;
  const posting = invocation.afterwards(limitMs);
  try {
    const byStream = groupByStream(measured);
    const clear = byStream.filter(({ length }) => length === 1).flat();
    const mixed = byStream.filter(({ length }) => length > 1).flat();
    const warnings = [
      ...(mixed.length > 0 ? failures(mixed, severalWays(), posting) : []),
      ...(await postAll(clear, dependencies, posting)),
    ];
    return results.map((result, index) => {
      const own = warnings.filter((warning) => warning.index === index).map(({ text }) => text);
      return { ...result, warnings: [...new Set([...result.warnings, ...own])] };
    });
  } finally {
    posting.end();
  }
}

function severalWays(): UtilizationError {
  return new InvalidRequestError("This request measures the pool in several ways.", {
    hint: "Give each a name of its own.",
  });
}

/** Results that Monitoring would make one stream of: its mean would be of neither. */
function groupByStream(measured: readonly Measured[]): readonly (readonly Measured[])[] {
  const groups = new Map<string, Measured[]>();
  for (const one of measured) {
    const { spec, result } = one;
    const stream = JSON.stringify([spec.instancePoolId, result.name, spec.publish]);
    groups.set(stream, [...(groups.get(stream) ?? []), one]);
  }
  return [...groups.values()];
}

async function postAll(
  measured: readonly Measured[],
  { ingestionOf, compartmentOf, now }: PublishDependencies,
  posting: Invocation,
): Promise<readonly Warning[]> {
  // OCI answers 404 to a whole post: what one policy may forbid is not posted with what it doesn't.
  const byPolicy = new Map<string, { ingestion: Ingestion; streams: Stream[] }>();
  const warnings: Warning[] = [];
  await Promise.all(
    measured.map(async ({ index, spec, result }) => {
      try {
        const { region, ingestion } = await ingestionOf(spec, posting);
        const compartmentId = await posting.inTime(compartmentOf(spec, posting));
        const scope = [region, compartmentId, spec.publish?.namespace].join();
        const streams = byPolicy.get(scope)?.streams ?? [];
        byPolicy.set(scope, { ingestion, streams });
        const metrics = metricsOfPool(result, spec, compartmentId, now());
        streams.push(...metrics.map((metric) => ({ metric, index })));
      } catch (thrown) {
        warnings.push(...failures([{ index }], toUtilizationError(thrown), posting));
      }
    }),
  );
  const posts = [...byPolicy.values()].flatMap(({ ingestion, streams }) =>
    postsOf(streams).map((post) => postOne(ingestion, post, posting)),
  );
  return [...warnings, ...(await Promise.all(posts)).flat()];
}

async function postOne(
  ingestion: Ingestion,
  streams: readonly Stream[],
  posting: Invocation,
): Promise<readonly Warning[]> {
  try {
    const metrics = streams.map(({ metric }) => metric);
    const outcome = await posting.inTime(ingestion.postMetricData(metrics));
    if (outcome.refusedCount > 0) return refusals(streams, outcome, posting);
    posting.logger.debug("Metrics published", { streams: streams.length });
    return [];
  } catch (thrown) {
    return failures(streams, toUtilizationError(thrown), posting);
  }
}

function failures(
  pools: readonly { readonly index: number }[],
  error: UtilizationError,
  { logger }: Invocation,
): readonly Warning[] {
  const indexes = [...new Set(pools.map(({ index }) => index))];
  logger.error("Publishing failed", error, { pools: indexes.length });
  const text = ["not published:", error.message, error.hint].filter(Boolean).join(" ");
  return indexes.map((index) => ({ index, text }));
}

/** The service may not name all that it refused; then any pool of the post may be concerned. */
function refusals(
  streams: readonly Stream[],
  { refusedCount, refused }: PostOutcome,
  { logger }: Invocation,
): readonly Warning[] {
  const counts = { streams: streams.length, refused: refusedCount };
  logger.warn("Metrics refused", { ...counts, reason: refused[0]?.message });
  const warnings = streams.flatMap(({ metric, index }) => {
    // Pools of one request may be one pool that is measured in several ways.
    const found = refused.find(
      ({ name, dimensions }) =>
        metric.name === name &&
        ["instancePoolId", "pool"].every((key) => metric.dimensions[key] === dimensions[key]),
    );
    return found ? [{ index, text: `${metric.name} was not published: ${found.message}` }] : [];
  });
  if (warnings.length >= refusedCount) return warnings;
  const text = `${refusedCount} of ${streams.length} metrics that were posted together were refused`;
  return [...warnings, ...streams.map(({ index }) => ({ index, text }))];
}
