/** Why a counted member has no reading. */
export type MissingReason =
  | "no_data"
  | "stale"
  | "target_down"
  | "warming_up"
  | "not_a_number"
  | "unresolved_host"
  | "query_failed";

/** One member's utilization in percent (0–100), or why there is none. Missing is never 0. */
export type Reading = number | MissingReason;

/** What a member measured. CPU and memory stand on their own. */
export interface InstanceReadings {
  readonly cpu: Reading;
  readonly memory: Reading;
}
