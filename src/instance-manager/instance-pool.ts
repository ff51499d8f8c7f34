import { groupBy } from "../group-by.ts";

/** A member of an instance pool. */
export interface Instance {
  readonly id: string;
  readonly displayName: string;
  /** Where the instance lives, and so where its metrics are; not always the pool's compartment. */
  readonly compartmentId: string;
  /** Upper case without separators: RUNNING, STOPPED, TERMINATED, CREATINGIMAGE. */
  readonly state: string;
  /** ISO instant. */
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

/** How many members run in which compartment. */
export type Places = readonly (readonly [compartmentId: string, members: number])[];

export function placesOf(running: readonly Instance[]): Places {
  const places = groupBy(running, ({ compartmentId }) => compartmentId);
  return [...places].map(([compartmentId, { length }]) => [compartmentId, length]);
}

/** Whether the instance was created less than so many minutes ago; one of unknown age was not. */
export function isYoungerThan({ timeCreated }: Instance, minutes: number, now: Date): boolean {
  // Of what is no date, the difference is NaN, which is not less.
  return minutes > 0 && now.getTime() - Date.parse(timeCreated ?? "") < minutes * 60_000;
}

/**
 * ListInstancePoolInstances spells states in its own way: the field is `state`, the values are
 * seen as "Running" and as "RUNNING", and the API reference has "CREATING_IMAGE".
 */
export function normalizeState(state: string): string {
  return state.toUpperCase().replace(/[_\s]/g, "");
}
