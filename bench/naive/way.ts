/** The sources that are measured, which needn't be all there are. */
export type MeasuredSource = "oci" | "prometheus";

/** How the naive way asks. */
export interface NaiveRequest {
  readonly source: MeasuredSource;
  readonly instancePoolId: string;
  readonly compartmentId: string;
  /** How many instances are asked for at the same time. */
  readonly concurrency: number;
  /** Ask for the first so many members only. @default all */
  readonly most?: number;
  /** @default PROMETHEUS_URL of the process */
  readonly prometheusUrl?: string;
}

/** What it made of the pool, and how long that took. */
export interface NaiveResult {
  readonly cpu: number;
  readonly memory: number;
  /** Until the members were listed. */
  readonly listMs: number;
  /** For the queries. */
  readonly queryMs: number;
  /** How many members were asked for. */
  readonly asked: number;
}

/** One instance's CPU, then its memory, in percent. */
export interface InstanceSource {
  cpuOf(instance: NaiveInstance): Promise<number>;
  memoryOf(instance: NaiveInstance): Promise<number>;
}

export interface NaiveInstance {
  readonly id: string;
  readonly displayName: string;
}
