/** One point of a stream of custom metrics. */
export interface CustomMetric {
  readonly namespace: string;
  readonly resourceGroup: string | undefined;
  readonly compartmentId: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly timestamp: Date;
  readonly value: number;
}

/** A metric that the service did not take, and why. */
interface RefusedMetric {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly message: string;
}

/** What became of a post that was answered: even then, some of it may have been refused. */
export interface PostOutcome {
  readonly refusedCount: number;
  /** Those that the service names. */
  readonly refused: readonly RefusedMetric[];
}

/**
 * The call of OCI Monitoring that takes metrics. A point that is posted twice counts twice: that
 * changes the sum and count of its minute, but not the mean, minimum and maximum.
 */
export interface Ingestion {
  /** Posts at most 50 metrics, each a stream of its own, to one region. */
  postMetricData(metrics: readonly CustomMetric[]): Promise<PostOutcome>;
}

/** What PostMetricData takes at once (Monitoring limits, in the API reference). */
const streamsPerPost = 50;

/** Cuts a list into as few as can be posted. */
export function postsOf<T>(streams: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(streams.length / streamsPerPost);
  return Array.from({ length: count }, (_, post) =>
    streams.slice(post * streamsPerPost, (post + 1) * streamsPerPost),
  );
}
