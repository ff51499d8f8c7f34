import { regionOf } from "../config/ocid.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { groupBy } from "../group-by.ts";
import type { Invocation } from "../invocation.ts";
import type { PoolDescription } from "../oci/answers.ts";
import type { ComputeManagement } from "../oci/calls.ts";
import { oncePer } from "../once.ts";
import { Remembered } from "../remembered.ts";

/** The calls of the pool's region, for one invocation. */
export type ComputeOf = (spec: PoolSpec, invocation: Invocation) => Promise<ComputeManagement>;

/** More than a request may ask for; what a warm process remembers must not grow for ever. */
export const poolsRemembered = 5_000;
/** So few are described each by itself, at once: that takes less time than listing compartments. */
const fewPools = 10;

/** What is told the description of a pool that has none yet, by its OCID. */
type OpenPools = Map<string, (description: PoolDescription | Promise<PoolDescription>) => void>;

/** Whether nothing has to be known of the pool itself. */
export function isEnough({ name, compartmentId }: PoolSpec): boolean {
  return name !== undefined && compartmentId !== undefined;
}

/** What the warm process knows of pools themselves, by their OCIDs, and how it comes to know it. */
export class PoolDescriptions {
  readonly #computeOf: ComputeOf;
  readonly #known: Remembered<PoolDescription>;
  readonly #asking = oncePer((_: Invocation) => new Map<string, Promise<PoolDescription>>());

  constructor(computeOf: ComputeOf, now: () => Date) {
    this.#computeOf = computeOf;
    this.#known = new Remembered(now, { most: poolsRemembered });
  }

  /**
   * What is known of the pool, else what Compute says.
   * @throws UtilizationError
   */
  async describe(spec: PoolSpec, invocation: Invocation): Promise<PoolDescription> {
    return this.#known.last(spec.instancePoolId) ?? this.ask(spec, invocation);
  }

  /** The same, but nothing that is too old; what can't be looked up again is taken as it was. */
  async current(spec: PoolSpec, invocation: Invocation): Promise<PoolDescription> {
    const current = this.#known.current(spec.instancePoolId);
    if (current !== undefined) return current;
    const last = this.#known.last(spec.instancePoolId);
    const asked = this.ask(spec, invocation);
    return last === undefined ? asked : asked.catch(() => last);
  }

  /** What Compute says now; once in an invocation. */
  ask(spec: PoolSpec, invocation: Invocation): Promise<PoolDescription> {
    const asking = this.#asking(invocation);
    const asked = asking.get(spec.instancePoolId) ?? this.#askOne(spec, invocation);
    asking.set(spec.instancePoolId, asked);
    return asked;
  }

  learn(instancePoolId: string, description: PoolDescription): void {
    this.#known.learn(instancePoolId, description);
  }

  forget(instancePoolId: string, invocation: Invocation): void {
    this.#known.forget(instancePoolId);
    this.#asking(invocation).delete(instancePoolId);
  }

  /**
   * Begins to find out, in few calls, what is not known of many pools. It never throws: a pool that
   * can't be described fails when it is asked for.
   */
  expect(specs: readonly PoolSpec[], invocation: Invocation): void {
    const unknown = specs.filter(
      (spec) => !isEnough(spec) && this.#known.current(spec.instancePoolId) === undefined,
    );
    for (const pools of groupBy(unknown, regionOf).values()) {
      const distinct = new Map(pools.map((pool) => [pool.instancePoolId, pool]));
      if (distinct.size > fewPools) void this.#askMany([...distinct.values()], invocation);
    }
  }

  /**
   * Lists the compartments that are known; then one pool is described and its compartment listed, then
   * ten, a hundred, as long as that finds others; the rest are described each by itself.
   */
  async #askMany(specs: readonly PoolSpec[], invocation: Invocation): Promise<void> {
    const open: OpenPools = new Map();
    for (const { instancePoolId } of specs) {
      const description = new Promise<PoolDescription>((settle) => {
        open.set(instancePoolId, settle);
      });
      // Who needs it awaits it; a failure that nobody needs is none.
      description.catch(() => {});
      this.#asking(invocation).set(instancePoolId, description);
    }
    const listed = new Set<string>();
    const list = async (spec: PoolSpec, compartmentId: string | undefined) => {
      if (open.size === 0 || compartmentId === undefined || listed.has(compartmentId)) return;
      listed.add(compartmentId);
      await this.#list(compartmentId, spec, open, invocation);
    };
    const probably = (spec: PoolSpec) =>
      spec.compartmentId ?? this.#known.last(spec.instancePoolId)?.compartmentId;
    await Promise.all(specs.map((spec) => list(spec, probably(spec))));
    const describe = async (spec: PoolSpec) => {
      const asked = this.#askOne(spec, invocation);
      open.get(spec.instancePoolId)?.(asked);
      open.delete(spec.instancePoolId);
      const described = await asked.catch(() => undefined);
      await list(spec, described?.compartmentId);
    };
    let found = true;
    for (let count = 1; open.size > 0; count *= 10) {
      const left = specs.filter(({ instancePoolId }) => open.has(instancePoolId));
      const some = left.slice(0, found ? count : left.length);
      await Promise.all(some.map(describe));
      found = open.size < left.length - some.length;
    }
  }

  /** Settles those of the open pools that are in the compartment; one that can't be listed settles none. */
  async #list(
    compartmentId: string,
    spec: PoolSpec,
    open: OpenPools,
    invocation: Invocation,
  ): Promise<void> {
    try {
      const compute = await this.#computeOf(spec, invocation);
      for await (const pools of compute.listInstancePools({ compartmentId })) {
        for (const { id, displayName, size } of pools) {
          const instancePoolId = id.toLowerCase();
          const settle = open.get(instancePoolId);
          if (settle === undefined) continue;
          open.delete(instancePoolId);
          const description = { compartmentId, displayName, size };
          this.learn(instancePoolId, description);
          settle(description);
        }
        if (open.size === 0) return;
      }
    } catch {
      // Each of its pools is asked for by itself, and tells what is wrong.
    }
  }

  async #askOne(spec: PoolSpec, invocation: Invocation): Promise<PoolDescription> {
    const { instancePoolId } = spec;
    const compute = await this.#computeOf(spec, invocation);
    const description = await compute.getInstancePool({ instancePoolId });
    this.learn(instancePoolId, description);
    return description;
  }
}
