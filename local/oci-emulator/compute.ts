import { type Page, pageOf } from "./page.ts";
import { invalidParameter, missingParameter, notAuthorizedOrNotFound } from "./service-error.ts";
import {
  compartmentsOf,
  defaultTimeCreated,
  type EmulatedInstance,
  type EmulatedPool,
  type EmulatedTenancy,
  placementOf,
  region,
  shape,
  subnetId,
} from "./tenancy.ts";

const instanceConfigurationId = `ocid1.instanceconfiguration.oc1.${region.key}.aaaaaaaaemulatedconfiguration`;

/**
 * GetInstancePool.
 * @throws ServiceError 404
 */
export function getInstancePool(tenancy: EmulatedTenancy, poolId: string): object {
  return {
    ...describe(findPool(tenancy, poolId)),
    placementConfigurations: [0, 1, 2].map((index) => ({
      availabilityDomain: placementOf(index).availabilityDomain,
      primarySubnetId: subnetId,
    })),
    loadBalancers: [],
  };
}

/**
 * ListInstancePools, in the order of the tenancy.
 * @throws ServiceError 400 or 404
 */
export function listInstancePools(tenancy: EmulatedTenancy, parameters: URLSearchParams): Page {
  const compartmentId = parameters.get("compartmentId");
  if (!compartmentId) throw missingParameter("compartmentId");
  for (const name of ["sortBy", "sortOrder", "displayName", "lifecycleState"]) {
    if (parameters.has(name)) throw invalidParameter(`${name}: not in the emulator`);
  }
  if (!compartmentsOf(tenancy).has(compartmentId)) throw notAuthorizedOrNotFound();
  const found = tenancy.pools
    .filter((pool) => pool.compartmentId === compartmentId)
    .map((pool) => ({
      ...describe(pool),
      availabilityDomains: [0, 1, 2].map((index) => placementOf(index).availabilityDomain),
    }));
  return pageOf(found, `instancePools of ${compartmentId}`, parameters, tenancy.pageSize);
}

/** What GetInstancePool and ListInstancePools both say of a pool. */
function describe(pool: EmulatedPool) {
  const members = pool.instances.filter(({ state }) => !/^terminat/i.test(state));
  return {
    id: pool.id,
    compartmentId: pool.compartmentId,
    definedTags: pool.definedTags ?? {},
    displayName: pool.displayName,
    freeformTags: pool.freeformTags ?? {},
    instanceConfigurationId,
    lifecycleState: pool.lifecycleState ?? "RUNNING",
    size: members.length,
    timeCreated: defaultTimeCreated,
  };
}

/**
 * ListInstancePoolInstances, in the order of the tenancy.
 * @throws ServiceError 400 or 404
 */
export function listInstancePoolInstances(
  tenancy: EmulatedTenancy,
  poolId: string,
  parameters: URLSearchParams,
): Page {
  const compartmentId = parameters.get("compartmentId");
  if (!compartmentId) throw missingParameter("compartmentId");
  if (parameters.has("sortBy") || parameters.has("sortOrder")) {
    throw invalidParameter("sortBy, sortOrder: the emulator does not sort");
  }
  const pool = findPool(tenancy, poolId);
  if (compartmentId !== pool.compartmentId) throw notAuthorizedOrNotFound();
  const displayName = parameters.get("displayName");
  const found = pool.instances
    .map((instance, index) => instanceSummary(pool, instance, index))
    .filter((summary) => displayName === null || summary.displayName === displayName);
  return pageOf(found, poolId, parameters, tenancy.pageSize);
}

function findPool(tenancy: EmulatedTenancy, poolId: string): EmulatedPool {
  const pool = tenancy.pools.find(({ id }) => id === poolId);
  if (pool === undefined) throw notAuthorizedOrNotFound();
  return pool;
}

/** The state's field is `state`, in title case; everywhere else in Compute it is lifecycleState. */
function instanceSummary(pool: EmulatedPool, instance: EmulatedInstance, index: number) {
  return {
    id: instance.id,
    ...placementOf(index),
    compartmentId: instance.compartmentId ?? pool.compartmentId,
    displayName: instance.displayName,
    instanceConfigurationId,
    region: region.key,
    shape,
    state: instance.state,
    timeCreated: instance.timeCreated ?? defaultTimeCreated,
    loadBalancerBackends: [],
  };
}
