/** OCIDs of the shape that OCI gives out; the unique parts are made up. */
export const poolId = "ocid1.instancepool.oc1.iad.aaaaaaaatestpool";
export const compartmentId = "ocid1.compartment.oc1..aaaaaaaatestcompartment";

export function instanceId(unique: string): string {
  return `ocid1.instance.oc1.iad.anuwcljt${unique}`;
}
