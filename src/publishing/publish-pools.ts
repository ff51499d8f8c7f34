import type { ConfiguredPool } from "../config/configuration.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import type { RequestedPool } from "../config/requested-pool.ts";
import { InvalidRequestError, toUtilizationError } from "../errors.ts";
import { groupBy } from "../group-by.ts";
import type { Invocation } from "../invocation.ts";
import type { PostOutcome } from "../oci/answers.ts";
import type { CustomMetric, Ingestion } from "../oci/calls.ts";
import type { PoolResult } from "../result/result-document.ts";
import { metricsOfPool } from "./pool-metrics.ts";

/** What publishing needs to know of a pool, for one invocation. */
export interface PublishDependencies {
  readonly ingestionOf: (
    spec: PoolSpec,
    invocation: Invocation,
  ) => Promise<{ readonly region: string; readonly ingestion: Ingestion }>;
  readonly compartmentOf: (spec: PoolSpec, invocation: Invocation) => Promise<string>;
  readonly configuredPools: () => readonly ConfiguredPool[];
  readonly now: () => Date;
}

interface Measured {
  readonly spec: PoolSpec;
  readonly result: PoolResult;
}

interface Stream {
  readonly result: PoolResult;
  readonly metric: CustomMetric;
  readonly ingestion: Ingestion;
  /** What one policy allows: OCI answers 404 to a whole post if it forbids any of it. */
  readonly scope: string;
}

/** A post takes a tenth of a second; who waits for the answer is not to wait for much more. */
const limitMs = 5_000;

/** What PostMetricData takes at once (Monitoring limits, in the API reference). */
const streamsPerPost = 50;

/**
 * Posts what is to be published of these results, and gives them back: with a warning on those
 * that were not published as a whole. It never throws.
 * @param requested what the results are of, in the same order
 */
export async function publishPools(
  requested: readonly RequestedPool[],
  results: readonly PoolResult[],
  dependencies: PublishDependencies,
  invocation: Invocation,
): Promise<readonly PoolResult[]> {
  const measured = results.flatMap((result, index): readonly Measured[] => {
    const pool = requested[index];
    if (pool === undefined || "error" in pool || pool.spec.publish === undefined) return [];
    // Without its members, nothing is known of the pool.
    return result.instances === null ? [] : [{ spec: pool.spec, result }];
  });
  if (measured.length === 0) return results;
  return invocation.afterwards(limitMs, async (posting) => {
    const publication = new Publication(posting);
    const configured = dependencies.configuredPools();
    const ofOthers = measured.filter((one) => isNameOfAnother(one, configured));
    const own = measured.filter((one) => !ofOthers.includes(one));
    // Results that Monitoring would make one stream of: its mean would be of neither.
    const byStream = groupBy(own, ({ spec, result }) =>
      JSON.stringify([spec.instancePoolId, result.name, spec.publish]),
    );
    const views = [...byStream.values()];
    publication.fail(ofOthers, new InvalidRequestError(...nameOfAnother));
    const mixed = views.filter(({ length }) => length > 1).flat();
    publication.fail(mixed, new InvalidRequestError(...severalWays));
    await publication.post(views.filter(({ length }) => length === 1).flat(), dependencies);
    return results.map((result) => publication.withWarnings(result));
  });
}

const severalWays = [
  "This request measures the pool in several ways.",
  { hint: "Give each a name of its own." },
] as const;

const nameOfAnother = [
  "A configured pool with another OCID is published by this name.",
  { hint: "Ask for this pool under another name." },
] as const;

/** Alarms go by the name: values of another pool would be taken for those of the configured one. */
function isNameOfAnother(
  { spec: { instancePoolId, publish }, result }: Measured,
  configured: readonly ConfiguredPool[],
): boolean {
  const named = configured.find(({ name }) => name === result.name);
  if (named === undefined || !named.spec.ok) return false;
  const isPublished = named.spec.value.publish?.namespace === publish?.namespace;
  return isPublished && named.instancePoolId !== instancePoolId;
}

/** The posts of one invocation, and what was not taken. */
class Publication {
  readonly #posting: Invocation;
  readonly #warnings = new Map<PoolResult, string[]>();

  constructor(posting: Invocation) {
    this.#posting = posting;
  }

  async post(
    measured: readonly Measured[],
    { ingestionOf, compartmentOf, now }: PublishDependencies,
  ): Promise<void> {
    const posting = this.#posting;
    const streamsOf = async ({ spec, result }: Measured): Promise<readonly Stream[]> => {
      const { region, ingestion } = await ingestionOf(spec, posting);
      const compartmentId = await posting.inTime(compartmentOf(spec, posting));
      const scope = [region, compartmentId, spec.publish?.namespace].join();
      const metrics = metricsOfPool(result, spec, compartmentId, now());
      return metrics.map((metric) => ({ result, metric, ingestion, scope }));
    };
    const streams = await Promise.all(
      measured.map((one) =>
        streamsOf(one).catch((thrown) => {
          this.fail([one], thrown);
          return [];
        }),
      ),
    );
    const posts: Promise<void>[] = [];
    for (const all of groupBy(streams.flat(), ({ scope }) => scope).values()) {
      for (let first = 0; first < all.length; first += streamsPerPost) {
        posts.push(this.#postOne(all[0].ingestion, all.slice(first, first + streamsPerPost)));
      }
    }
    await Promise.all(posts);
  }

  async #postOne(ingestion: Ingestion, streams: readonly Stream[]): Promise<void> {
    const metrics = streams.map(({ metric }) => metric);
    try {
      const outcome = await this.#posting.inTime(ingestion.postMetricData(metrics));
      if (outcome.failedMetricsCount > 0) this.#refuse(streams, outcome);
      else this.#posting.logger.debug("Metrics published", { streams: streams.length });
    } catch (thrown) {
      this.fail(streams, thrown);
    }
  }

  /** These pools were not published, for the same reason. */
  fail(pools: readonly { readonly result: PoolResult }[], thrown: unknown): void {
    const results = new Set(pools.map(({ result }) => result));
    if (results.size === 0) return;
    const error = toUtilizationError(thrown);
    this.#posting.logger.error("Publishing failed", error, { pools: results.size });
    const text = ["not published:", error.message, error.hint].filter(Boolean).join(" ");
    for (const result of results) this.#warn(result, text);
  }

  /** The service may not name all that it refused; then any pool of the post may be concerned. */
  #refuse(streams: readonly Stream[], outcome: PostOutcome): void {
    const { failedMetricsCount: refused, failedMetrics } = outcome;
    const reason = failedMetrics[0]?.message;
    this.#posting.logger.warn("Metrics refused", { streams: streams.length, refused, reason });
    let named = 0;
    for (const { metric, result } of streams) {
      // Pools of one request may be one pool that is measured in several ways.
      const found = failedMetrics.find(
        ({ name, dimensions }) =>
          metric.name === name &&
          ["instancePoolId", "pool"].every((key) => metric.dimensions[key] === dimensions[key]),
      );
      if (found === undefined) continue;
      named += 1;
      this.#warn(result, `${metric.name} was not published: ${found.message}`);
    }
    if (named >= refused) return;
    const text = `${refused} of ${streams.length} metrics that were posted together were refused`;
    for (const { result } of streams) this.#warn(result, text);
  }

  #warn(result: PoolResult, text: string): void {
    this.#warnings.set(result, [...(this.#warnings.get(result) ?? []), text]);
  }

  withWarnings(result: PoolResult): PoolResult {
    const own = this.#warnings.get(result);
    return own ? { ...result, warnings: [...new Set([...result.warnings, ...own])] } : result;
  }
}
