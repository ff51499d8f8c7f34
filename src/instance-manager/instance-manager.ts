import { createHash } from "node:crypto";
import type { PoolSpec } from "../config/pool-spec.ts";
import { PoolNotFoundError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { InstanceSummary, PoolDescription, PoolSummary } from "../oci/answers.ts";
import { oncePer } from "../once.ts";
import { Remembered } from "../remembered.ts";
import { type Instance, type InstancePool, normalizeState } from "./instance-pool.ts";
import {
  type ComputeOf,
  isEnough,
  PoolDescriptions,
  poolsRemembered,
} from "./pool-descriptions.ts";

/** One pool's members, and whether they are others than the last time. */
type Members = Promise<{ readonly instances: readonly Instance[]; readonly changed: boolean }>;

/** Knows who is in a pool. What it learns of a pool itself, it remembers in the warm process. */
export class InstanceManager {
  readonly #computeOf: ComputeOf;
  readonly #pools: PoolDescriptions;
  /** What is being listed: views of one pool are measured together, and share its list. */
  readonly #lists = oncePer((_: Invocation) => new Map<string, Members>());
  /** What tells whether a pool's members are still the same, by its OCID. */
  readonly #fingerprints: Remembered<string>;

  constructor(computeOf: ComputeOf, now: () => Date) {
    this.#computeOf = computeOf;
    this.#pools = new PoolDescriptions(computeOf, now);
    this.#fingerprints = new Remembered(now, { most: poolsRemembered });
  }

  /** Says which pools are going to be asked for, so that it takes few calls. */
  expect(specs: readonly PoolSpec[], invocation: Invocation): void {
    this.#pools.expect(specs, invocation);
  }

  /** Takes over what a list of pools says of one. */
  learn({ id, compartmentId, displayName, size }: PoolSummary): void {
    this.#pools.learn(id.toLowerCase(), { compartmentId, displayName, size });
  }

  /**
   * All members of the pool, over all pages, and its name, which is looked up again at the same time when
   * it is older than five minutes, and after a change of its members.
   * @throws PoolNotFoundError, NotAuthenticatedError, ThrottledError or SourceUnavailableError.
   */
  async getInstancesFromInstancePool(
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<InstancePool> {
    const [described, { instances, changed }] = await Promise.all([
      isEnough(spec) ? undefined : this.#pools.current(spec, invocation),
      this.#membersOf(spec, invocation),
    ]);
    const current =
      described !== undefined && changed
        ? await this.#pools.ask(spec, invocation).catch(() => described)
        : described;
    const name = spec.name ?? current?.displayName ?? spec.instancePoolId;
    return { id: spec.instancePoolId, name, instances };
  }

  /** The pool's own compartment, which is not always that of its members. */
  async compartmentOf(spec: PoolSpec, invocation: Invocation): Promise<string> {
    return spec.compartmentId ?? (await this.describe(spec, invocation)).compartmentId;
  }

  /**
   * What Compute says of the pool itself, or said the last time; then the members' list is what shows
   * whether it was moved since.
   * @throws as getInstancesFromInstancePool
   */
  describe(spec: PoolSpec, invocation: Invocation): Promise<PoolDescription> {
    return this.#pools.describe(spec, invocation);
  }

  #membersOf(spec: PoolSpec, invocation: Invocation): Members {
    const lists = this.#lists(invocation);
    const key = JSON.stringify([spec.instancePoolId, spec.compartmentId, spec.region]);
    const members =
      lists.get(key) ?? this.#listWherever(spec, invocation).finally(() => lists.delete(key));
    lists.set(key, members);
    return members;
  }

  /** The pool may be moved to another compartment after it was described. */
  async #listWherever(spec: PoolSpec, invocation: Invocation): Members {
    const compartmentId = await this.compartmentOf(spec, invocation);
    try {
      return await this.#list(spec, compartmentId, invocation);
    } catch (error) {
      if (spec.compartmentId !== undefined || !(error instanceof PoolNotFoundError)) throw error;
      this.#pools.forget(spec.instancePoolId, invocation);
      const { compartmentId: now } = await this.#pools.ask(spec, invocation);
      if (now === compartmentId) throw error;
      return this.#list(spec, now, invocation);
    }
  }

  async #list(spec: PoolSpec, compartmentId: string, invocation: Invocation): Members {
    const { instancePoolId } = spec;
    const compute = await this.#computeOf(spec, invocation);
    const instances = new Map<string, Instance>();
    const shared = sharedTexts();
    for await (const page of compute.listInstancePoolInstances({ instancePoolId, compartmentId })) {
      for (const one of page) instances.set(one.id, toInstance(one, compartmentId, shared));
    }
    const ids = [...instances.keys()].toSorted();
    const fingerprint = createHash("sha256").update(ids.join()).digest("base64");
    const before = this.#fingerprints.last(instancePoolId);
    this.#fingerprints.learn(instancePoolId, fingerprint);
    const changed = before !== undefined && before !== fingerprint;
    return { instances: [...instances.values()], changed };
  }
}

/** Of all texts that are equal the same one: a hundred thousand members are in few compartments and domains. */
function sharedTexts(): <T extends string | undefined>(text: T) => T {
  const texts = new Map<unknown, unknown>();
  return (text) => {
    if (!texts.has(text)) texts.set(text, text);
    return texts.get(text) as typeof text;
  };
}

function toInstance(
  { id, displayName, timeCreated, ...summary }: InstanceSummary,
  poolCompartmentId: string,
  shared: ReturnType<typeof sharedTexts>,
): Instance {
  return {
    id,
    displayName: displayName ?? id,
    timeCreated,
    compartmentId: shared(summary.compartmentId ?? poolCompartmentId),
    state: shared(normalizeState(summary.state)),
    availabilityDomain: shared(summary.availabilityDomain),
    faultDomain: shared(summary.faultDomain),
  };
}
