import * as v from "valibot";
import { invalidParameter, missingParameter, notAuthorizedOrNotFound } from "./service-error.ts";
import {
  type EmulatedInstance,
  type EmulatedPool,
  type EmulatedTenancy,
  placementOf,
  region,
  shape,
} from "./tenancy.ts";

const defaultTimeCreated = "2026-01-05T08:00:00.000Z";
const instanceConfigurationId = `ocid1.instanceconfiguration.oc1.${region.key}.aaaaaaaaemulatedconfiguration`;
const defaultPageSize = 100;
const maximumPageSize = 1_000;

/**
 * GetInstancePool.
 * @throws ServiceError 404
 */
export function getInstancePool(tenancy: EmulatedTenancy, poolId: string): object {
  const pool = findPool(tenancy, poolId);
  const members = pool.instances.filter(({ state }) => !/^terminat/i.test(state));
  return {
    id: pool.id,
    compartmentId: pool.compartmentId,
    definedTags: {},
    displayName: pool.displayName,
    freeformTags: {},
    instanceConfigurationId,
    lifecycleState: "RUNNING",
    placementConfigurations: [0, 1, 2].map((index) => ({
      availabilityDomain: placementOf(index).availabilityDomain,
      primarySubnetId: `ocid1.subnet.oc1.${region.key}.aaaaaaaaemulatedsubnet`,
    })),
    size: members.length,
    timeCreated: defaultTimeCreated,
    loadBalancers: [],
  };
}

/** A page of a list; `nextPage` is what the service puts into the opc-next-page header. */
export interface Page {
  readonly items: readonly object[];
  readonly nextPage?: string;
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
  const limit = Math.min(parseLimit(parameters.get("limit")), tenancy.pageSize ?? maximumPageSize);
  const offset = parsePageToken(parameters.get("page"), poolId);
  const pool = findPool(tenancy, poolId);
  if (compartmentId !== pool.compartmentId) throw notAuthorizedOrNotFound();
  const displayName = parameters.get("displayName");
  const found = pool.instances
    .map((instance, index) => instanceSummary(pool, instance, index))
    .filter((summary) => displayName === null || summary.displayName === displayName);
  const end = offset + limit;
  return {
    items: found.slice(offset, end),
    ...(end < found.length && { nextPage: pageToken(poolId, end) }),
  };
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

function parseLimit(text: string | null): number {
  if (text === null) return defaultPageSize;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= maximumPageSize) return limit;
  throw invalidParameter(`limit: must be a whole number from 1 to ${maximumPageSize}`);
}

const pageTokenSchema = v.pipe(
  v.string(),
  v.transform((token) => Buffer.from(token, "base64url").toString()),
  v.parseJson(),
  v.strictTuple([v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(1))]),
);

function pageToken(poolId: string, offset: number): string {
  return Buffer.from(JSON.stringify([poolId, offset])).toString("base64url");
}

function parsePageToken(token: string | null, poolId: string): number {
  if (token === null) return 0;
  const parsed = v.safeParse(pageTokenSchema, token);
  if (parsed.success && parsed.output[0] === poolId) return parsed.output[1];
  throw invalidParameter("page: not a token of this list");
}
