import type { UtilizationError } from "../errors.ts";
import type { Instance, InstancePool } from "../instance-manager/instance-pool.ts";
import type { Explanation } from "./explanation.ts";
import type { InstanceReadings } from "./reading.ts";
import type { Metric } from "./result-document.ts";
import type { TimeWindow } from "./time-window.ts";

/** What a source knows of a pool's members. */
export interface InstanceMetrics {
  /** The time that was really looked at. */
  readonly window: TimeWindow;
  /** What the statistic is of: values of so many seconds each; null where the source can't tell. */
  readonly resolutionSeconds: number | null;
  /** By instance OCID; a member that is absent has no data. */
  readonly readings: ReadonlyMap<string, InstanceReadings>;
  readonly warnings: readonly string[];
  /** What was answered, in a sentence each, where only a person can say whether it is right: for the doctor. */
  readonly shown?: readonly string[];
  /** Whether the source itself says that its answer is not the whole truth. */
  readonly partial?: boolean;
  /** Of members whose reading is missing, by instance OCID: where the source knows more than why. */
  readonly explanations?: ReadonlyMap<string, { readonly [M in Metric]?: Explanation | undefined }>;
  /** What to change when there is no reading at all. */
  readonly hint?: string | undefined;
  /** What a failed query threw; its members' readings are `query_failed`. */
  readonly failures: readonly UtilizationError[];
}

/** A pool, its running members, and what they measured. */
export interface PoolMetrics {
  readonly pool: InstancePool;
  /** The running members that the averages and the coverage are of. */
  readonly counted: readonly Instance[];
  /** The running members that are younger than the spec's `warmupMinutes`. */
  readonly excluded: readonly Instance[];
  /** Undefined when no member counts: the source is not asked then. */
  readonly metrics: InstanceMetrics | undefined;
}
