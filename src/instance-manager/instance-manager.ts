import type { PoolSpec } from "../config/pool-spec.ts";
import { PoolNotFoundError, SourceUnavailableError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { type Instance, type InstancePool, normalizeState } from "./instance-pool.ts";

/** The two calls of OCI's Compute Management that tell who is in a pool. */
export interface ComputeManagement {
  getInstancePool(request: { readonly instancePoolId: string }): Promise<PoolDescription>;
  listInstancePoolInstances(request: {
    readonly compartmentId: string;
    readonly instancePoolId: string;
    readonly limit: number;
    readonly page?: string;
  }): Promise<{
    readonly items: readonly InstanceSummary[];
    readonly nextPage: string | undefined;
  }>;
}

export interface PoolDescription {
  readonly compartmentId: string;
  readonly displayName: string | undefined;
}

interface InstanceSummary {
  readonly id: string;
  readonly compartmentId: string;
  readonly displayName?: string | undefined;
  readonly state: string;
  /** ISO instant. */
  readonly timeCreated?: string | undefined;
  readonly availabilityDomain?: string | undefined;
  readonly faultDomain?: string | undefined;
}

/** The largest page that Oracle's API reference allows. */
const pageSize = 1000;
/** More than any tenancy's limit of instances; a service that never ends its pages must not hang us. */
const maximumPages = 100;

/** The calls of the pool's region, for one invocation. */
type ComputeOf = (spec: PoolSpec, invocation: Invocation) => Promise<ComputeManagement>;

/** Knows who is in a pool. What it learns of a pool itself, it remembers in the warm process. */
export class InstanceManager {
  readonly #computeOf: ComputeOf;
  readonly #descriptions = new Map<string, Promise<PoolDescription>>();

  constructor(computeOf: ComputeOf) {
    this.#computeOf = computeOf;
  }

  /**
   * All members of the pool, over all pages.
   * @throws PoolNotFoundError, NotAuthenticatedError, ThrottledError or SourceUnavailableError.
   */
  async getInstancesFromInstancePool(
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<InstancePool> {
    const compute = await this.#computeOf(spec, invocation);
    const remembered = this.#descriptions.has(spec.instancePoolId);
    try {
      return await this.#readPool(compute, spec);
    } catch (error) {
      // The pool may have moved to another compartment since it was described.
      this.#descriptions.delete(spec.instancePoolId);
      if (!remembered || !(error instanceof PoolNotFoundError)) throw error;
      return await this.#readPool(compute, spec);
    }
  }

  /**
   * The pool's own compartment, which is not always that of its members; remembered, once it is
   * listed.
   */
  async compartmentOf(spec: PoolSpec, invocation: Invocation): Promise<string> {
    if (spec.compartmentId !== undefined) return spec.compartmentId;
    return (await this.#describe(await this.#computeOf(spec, invocation), spec)).compartmentId;
  }

  async #readPool(compute: ComputeManagement, spec: PoolSpec): Promise<InstancePool> {
    const [description, instances] = await Promise.all([
      spec.name === undefined ? this.#describe(compute, spec) : undefined,
      this.#listInstances(compute, spec),
    ]);
    const name = spec.name ?? description?.displayName ?? spec.instancePoolId;
    return { id: spec.instancePoolId, name, instances };
  }

  #describe(compute: ComputeManagement, { instancePoolId }: PoolSpec): Promise<PoolDescription> {
    const known = this.#descriptions.get(instancePoolId);
    if (known !== undefined) return known;
    const description = compute.getInstancePool({ instancePoolId });
    this.#descriptions.set(instancePoolId, description);
    // A failure is of this invocation: the next one asks again.
    description.catch(() => this.#descriptions.delete(instancePoolId));
    return description;
  }

  async #listInstances(compute: ComputeManagement, spec: PoolSpec): Promise<readonly Instance[]> {
    const { instancePoolId } = spec;
    const compartmentId = spec.compartmentId ?? (await this.#describe(compute, spec)).compartmentId;
    const instances = new Map<string, Instance>();
    let page: string | undefined;
    for (let pages = 0; pages < maximumPages; pages++) {
      const request = { instancePoolId, compartmentId, limit: pageSize };
      const answer = await compute.listInstancePoolInstances(
        page === undefined ? request : { ...request, page },
      );
      for (const summary of answer.items) instances.set(summary.id, toInstance(summary));
      page = answer.nextPage;
      if (page === undefined) return [...instances.values()];
    }
    throw new SourceUnavailableError(
      `ListInstancePoolInstances did not end after ${maximumPages} pages.`,
    );
  }
}

function toInstance({ displayName, state, ...summary }: InstanceSummary): Instance {
  return {
    ...summary,
    displayName: displayName ?? summary.id,
    state: normalizeState(state),
  };
}
