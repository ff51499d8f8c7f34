import type { PoolSpec } from "../config/pool-spec.ts";
import { distinct, maximumPools, type PoolsRequest } from "../config/request.ts";
import type { RequestedPool, RequestedSelection } from "../config/requested-pool.ts";
import {
  InvalidRequestError,
  PoolNotFoundError,
  toUtilizationError,
  type UtilizationError,
} from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { PoolSummary } from "../oci/answers.ts";
import type { RegionCalls } from "../oci/calls.ts";
import { operations } from "../oci/operations.ts";
import { isSelected } from "./is-selected.ts";

/**
 * The calls of a region that tell which pools there are. Monitoring is asked for what is found: its
 * connections can be opened meanwhile.
 */
type Calls = Pick<RegionCalls, "compute" | "identity"> & {
  readonly monitoring: Pick<RegionCalls["monitoring"], "connect">;
};

export interface SelectorDependencies {
  /** The calls of the selection's region, for one invocation. */
  readonly callsFor: (
    place: { readonly ocid: string; readonly region: string | undefined },
    invocation: Invocation,
  ) => Promise<Calls>;
  readonly asksMonitoring: (spec: PoolSpec) => boolean;
  /** Told of each pool that is found, so that it needs not be described. */
  readonly learn: (pool: PoolSummary) => void;
}

/** What a selection found; where it could not look, it has the error instead. */
export interface SelectedPools {
  readonly pools: readonly RequestedPool[];
  readonly failures: readonly UtilizationError[];
}

/** Finds the pools that requests mean by what they are. */
export class PoolSelector {
  readonly #dependencies: SelectorDependencies;

  constructor(dependencies: SelectorDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * The request with the pools that its selections found; a part that could not be looked at is an entry
   * that failed.
   * @throws UtilizationError when there is no pool at all for it.
   */
  async resolve(request: PoolsRequest, invocation: Invocation): Promise<PoolsRequest> {
    if (request.selections.length === 0) return request;
    const pools = [...request.pools];
    const failed = (error: unknown) => ({ pools: [], failures: [toUtilizationError(error)] });
    const selected = request.selections.map(async (selection) => {
      const found = await this.select(selection, invocation).catch(failed);
      return { ...found, label: selection.label };
    });
    for (const { pools: own, failures, label } of await Promise.all(selected)) {
      const fits = pools.length + own.length <= maximumPools;
      if (fits) pools.push(...own);
      const errors = fits ? failures : [...failures, tooMany(pools.length + own.length)];
      pools.push(...errors.map((error) => ({ error, label })));
    }
    const [only, ...others] = pools;
    if (request.pools.length === 0 && others.length === 0 && only !== undefined && "error" in only)
      throw only.error;
    return { ...request, pools: distinct(pools), selections: [] };
  }

  /** @throws UtilizationError when it finds no pool, or more than 1,000. */
  async select(selection: RequestedSelection, invocation: Invocation): Promise<SelectedPools> {
    const { select, template, poolOf } = selection;
    const place = { ocid: select.compartmentId, region: template.region };
    const calls = await this.#dependencies.callsFor(place, invocation);
    if (this.#dependencies.asksMonitoring(template)) calls.monitoring.connect();
    const { found, failures, seen } = await search(calls, selection);
    const [failure] = failures;
    if (found.length > maximumPools) throw tooMany(found.length);
    if (found.length === 0) throw failure ?? nothingFound(selection, seen);
    for (const pool of found) this.#dependencies.learn(pool);
    return { pools: found.map(({ id }) => poolOf(id.toLowerCase())), failures };
  }
}

/** What a selection finds in its compartments, each looked into as soon as it is known; not much more than fits. */
async function search({ compute, identity }: Calls, { select }: RequestedSelection) {
  const found: PoolSummary[] = [];
  const failures: UtilizationError[] = [];
  /** All pools that were looked at. */
  let seen = 0;
  const list = async (compartmentId: string) => {
    for await (const pools of compute.listInstancePools({ compartmentId })) {
      seen += pools.length;
      found.push(...pools.filter((pool) => isSelected(pool, select)));
      if (found.length > maximumPools) return;
    }
  };
  /** Of the tenancy, one list has all compartments; of any other, each has those right below it. */
  const lookBelow = async (compartmentId: string) => {
    const compartmentIdInSubtree = compartmentId.startsWith("ocid1.tenancy.");
    const looking: Promise<void>[] = [];
    const pages = identity.listCompartments({ compartmentId, compartmentIdInSubtree });
    try {
      for await (const compartments of pages) {
        looking.push(...compartments.map(({ id }) => lookInto(id, !compartmentIdInSubtree)));
        // They are awaited in the end.
        for (const look of looking) look.catch(() => {});
      }
    } finally {
      await Promise.all(looking);
    }
  };
  /** What may not be read, or fails, costs no other compartment its pools. */
  const attempt = (look: Promise<void>) =>
    look.catch((error) => failures.push(toUtilizationError(error)));
  const lookInto = async (compartmentId: string, below: boolean): Promise<void> => {
    if (found.length > maximumPools) return;
    const looks = [list(compartmentId), ...(below ? [lookBelow(compartmentId)] : [])];
    await Promise.all(looks.map(attempt));
  };
  await lookInto(select.compartmentId, select.includeSubcompartments ?? false);
  return { found, failures, seen };
}

function tooMany(count: number): InvalidRequestError {
  return new InvalidRequestError(
    `select finds more than ${maximumPools} pools (${count} so far); so many fit in a request.`,
    { hint: "Select by displayName or tags, or ask for one compartment after the other." },
  );
}

function nothingFound({ label, select }: RequestedSelection, seen: number): PoolNotFoundError {
  const { listInstancePools, listCompartments } = operations;
  const policies = select.includeSubcompartments
    ? [listInstancePools.policy, listCompartments.policy]
    : [listInstancePools.policy];
  const where =
    seen === 0 ? "ListInstancePools shows no pool there." : `None of ${seen} pool(s) matches.`;
  return new PoolNotFoundError(`There are no ${label.replace(/^all /, "")}. ${where}`, {
    hint: `Check the compartment, displayName, tags and the region, and that a policy says: ${policies.join("; ")}`,
  });
}
