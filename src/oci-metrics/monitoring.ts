/** The one call of OCI Monitoring that reads metrics. */
export interface Monitoring {
  readonly region: string;
  summarizeMetricsData(query: MetricsQuery): Promise<readonly MetricStream[]>;
}

export interface MetricsQuery {
  readonly compartmentId: string;
  readonly namespace: string;
  readonly query: string;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly resolution: string;
}

/** One stream of an answer; ours are grouped by resourceId, and carry no other dimension. */
export interface MetricStream {
  readonly dimensions: { readonly resourceId?: string | undefined };
  readonly aggregatedDatapoints: readonly DataPoint[];
}

export interface DataPoint {
  /** ISO instant; whether of the interval's start or end is documented in two ways. */
  readonly timestamp: string;
  readonly value: number | null;
}
