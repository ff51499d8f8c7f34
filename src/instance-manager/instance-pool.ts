/** A member of an instance pool. */
export interface Instance {
  readonly id: string;
  readonly displayName: string;
  /** Where the instance lives, and so where its metrics are; not always the pool's compartment. */
  readonly compartmentId: string;
  /** Upper case without separators: RUNNING, STOPPED, TERMINATED, CREATINGIMAGE. */
  readonly state: string;
  /** ISO instant; read only of members that are silent. */
  readonly timeCreated?: string | undefined;
  readonly availabilityDomain?: string | undefined;
  readonly faultDomain?: string | undefined;
}

/** A pool and all of its members, whatever their state. */
export interface InstancePool {
  readonly id: string;
  readonly name: string;
  readonly instances: readonly Instance[];
}

/** The members that can have a utilization: a stopped machine has none, which is not 0. */
export function runningInstances(pool: InstancePool): readonly Instance[] {
  return pool.instances.filter(({ state }) => state === "RUNNING");
}

/**
 * ListInstancePoolInstances spells states in its own way: the field is `state`, the values are
 * seen as "Running" and as "RUNNING", and the API reference has "CREATING_IMAGE".
 */
export function normalizeState(state: string): string {
  return state.toUpperCase().replace(/[_\s]/g, "");
}
