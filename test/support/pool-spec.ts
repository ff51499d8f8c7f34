import { completePoolSpec, type PoolSettings, type PoolSpec } from "../../src/config/pool-spec.ts";
import { compartmentId, poolId } from "./ocids.ts";

/** A complete spec of the test pool, with these settings. */
export function poolSpec(settings: PoolSettings = {}): PoolSpec {
  return completePoolSpec(poolId, { name: "web", compartmentId }, settings);
}
