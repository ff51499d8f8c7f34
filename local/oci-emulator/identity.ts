import { type Page, pageOf } from "./page.ts";
import { invalidParameter, missingParameter, notAuthorizedOrNotFound } from "./service-error.ts";
import {
  compartmentsOf,
  defaultTimeCreated,
  type EmulatedCompartment,
  type EmulatedTenancy,
  tenancyId,
} from "./tenancy.ts";

/**
 * ListCompartments: those right below a compartment, or all of the tenancy. It is the Identity
 * service's, and so knows no region.
 * @throws ServiceError 400 or 404
 */
export function listCompartments(tenancy: EmulatedTenancy, parameters: URLSearchParams): Page {
  const compartmentId = parameters.get("compartmentId");
  if (!compartmentId) throw missingParameter("compartmentId");
  for (const name of ["name", "sortBy", "sortOrder"]) {
    if (parameters.has(name)) throw invalidParameter(`${name}: not in the emulator`);
  }
  const inSubtree = parameters.get("compartmentIdInSubtree") === "true";
  if (inSubtree && compartmentId !== tenancyId) {
    throw invalidParameter("compartmentIdInSubtree: only with the tenancy as the compartment");
  }
  if (!compartmentsOf(tenancy).has(compartmentId)) throw notAuthorizedOrNotFound();
  const state = parameters.get("lifecycleState")?.toUpperCase();
  const found = (tenancy.compartments ?? [])
    .filter((compartment) => inSubtree || parentOf(compartment) === compartmentId)
    .map((compartment) => ({
      id: compartment.id,
      compartmentId: parentOf(compartment),
      name: compartment.id.slice(compartment.id.lastIndexOf(".") + 1),
      description: "",
      definedTags: {},
      freeformTags: {},
      isAccessible: null,
      lifecycleState: compartment.lifecycleState ?? "ACTIVE",
      timeCreated: defaultTimeCreated,
    }))
    .filter(({ lifecycleState }) => state === undefined || lifecycleState === state);
  const list = `compartments of ${compartmentId} ${inSubtree} ${state}`;
  return pageOf(found, list, parameters, tenancy.pageSize);
}

function parentOf({ parentId = tenancyId }: EmulatedCompartment): string {
  return parentId;
}
