import { type Page, pageOf } from "./page.ts";
import { missingParameter, notAuthorizedOrNotFound } from "./service-error.ts";
import {
  compartmentsOf,
  defaultTimeCreated,
  type EmulatedInstance,
  type EmulatedTenancy,
  type EmulatedVnic,
  placementOf,
  region,
  subnetId,
} from "./tenancy.ts";

/** A VNIC where it hangs. */
interface AttachedVnic {
  readonly vnic: EmulatedVnic;
  readonly instance: EmulatedInstance;
  readonly compartmentId: string;
  readonly availabilityDomain: string;
  /** Its place among the instance's VNICs. */
  readonly order: number;
}

/**
 * ListVnicAttachments, in the order of the tenancy. An instance that isn't there has none.
 * @throws ServiceError 400 or 404
 */
export function listVnicAttachments(tenancy: EmulatedTenancy, parameters: URLSearchParams): Page {
  const compartmentId = parameters.get("compartmentId");
  if (!compartmentId) throw missingParameter("compartmentId");
  if (!compartmentsOf(tenancy).has(compartmentId)) throw notAuthorizedOrNotFound();
  const instanceId = parameters.get("instanceId");
  const found = attachedVnics(tenancy)
    .filter((attached) => attached.compartmentId === compartmentId)
    .filter(({ instance }) => instanceId === null || instance.id === instanceId);
  const list = `vnicAttachments of ${compartmentId} ${instanceId}`;
  return pageOf(found.map(attachment), list, parameters, tenancy.pageSize);
}

/**
 * GetVnic.
 * @throws ServiceError 404
 */
export function getVnic(tenancy: EmulatedTenancy, vnicId: string): object {
  const found = attachedVnics(tenancy).find(
    (attached) => exists(attached) && vnicIdOf(attached) === vnicId,
  );
  if (found === undefined) throw notAuthorizedOrNotFound();
  const { vnic, instance, compartmentId, availabilityDomain, order } = found;
  return {
    availabilityDomain,
    compartmentId,
    definedTags: {},
    displayName: instance.displayName,
    freeformTags: {},
    // The service writes null where the subnet has no DNS.
    hostnameLabel: vnic.hostnameLabel ?? null,
    id: vnicId,
    ipv6Addresses: vnic.ipv6Addresses ?? [],
    isPrimary: vnic.isPrimary ?? order === 0,
    lifecycleState: "AVAILABLE",
    macAddress: "02:00:17:00:00:01",
    nsgIds: [],
    privateIp: vnic.privateIp,
    publicIp: null,
    skipSourceDestCheck: false,
    subnetId,
    timeCreated: instance.timeCreated ?? defaultTimeCreated,
  };
}

function attachedVnics(tenancy: EmulatedTenancy): readonly AttachedVnic[] {
  return tenancy.pools.flatMap((pool) =>
    pool.instances.flatMap((instance, index) =>
      (instance.vnics ?? []).map((vnic, order) => ({
        vnic,
        instance,
        compartmentId: instance.compartmentId ?? pool.compartmentId,
        availabilityDomain: placementOf(index).availabilityDomain,
        order,
      })),
    ),
  );
}

function attachment(attached: AttachedVnic): object {
  const { vnic, instance, compartmentId, availabilityDomain } = attached;
  return {
    availabilityDomain,
    compartmentId,
    displayName: null,
    id: ocidOf("vnicattachment", attached),
    instanceId: instance.id,
    lifecycleState: stateOf(vnic),
    nicIndex: 0,
    subnetId,
    timeCreated: instance.timeCreated ?? defaultTimeCreated,
    // "Available after the attachment process is complete", says the API reference.
    vnicId: stateOf(vnic) === "ATTACHING" ? null : vnicIdOf(attached),
  };
}

function stateOf({ attachmentState = "ATTACHED" }: EmulatedVnic): string {
  return attachmentState;
}

/** A detached VNIC is deleted, while its attachment is listed for some time. */
function exists({ vnic }: AttachedVnic): boolean {
  return stateOf(vnic) === "ATTACHED" || stateOf(vnic) === "DETACHING";
}

function vnicIdOf(attached: AttachedVnic): string {
  return ocidOf("vnic", attached);
}

function ocidOf(type: string, { instance, order }: AttachedVnic): string {
  const unique = instance.id.slice(instance.id.lastIndexOf(".") + 1);
  return `ocid1.${type}.oc1.${region.key}.${unique}-${order}`;
}
