import { type EmulatedInstance, type EmulatedPool, steady } from "../local/oci-emulator/tenancy.ts";

export const compartmentId = "ocid1.compartment.oc1..aaaaaaaabench";

/** So many pools, of so many members each. */
export interface Size {
  readonly pools: number;
  readonly members: number;
}

/** The pools of a tenancy of that size, all in one compartment and region. */
export function poolsOf({ pools, members }: Size): readonly EmulatedPool[] {
  return Array.from({ length: pools }, (_, pool) => ({
    id: poolIdOf(pool),
    displayName: `pool${pool}`,
    compartmentId,
    instances: Array.from({ length: members }, (_, member) => memberOf(pool, member)),
  }));
}

export function poolIdOf(pool: number): string {
  return `ocid1.instancepool.oc1.iad.aaaaaaaabenchpool${pool}`;
}

/** Steady, so that every way of averaging over the window should come to the same. */
export function loadOf(member: number): { readonly cpu: number; readonly memory: number } {
  return { cpu: 5 + ((member * 37) % 90), memory: 20 + ((member * 13) % 60) };
}

export function hostNameOf(pool: number, member: number): string {
  return `inst-${unique(member)}-pool${pool}`;
}

function memberOf(pool: number, member: number): EmulatedInstance {
  const { cpu, memory } = loadOf(member);
  return {
    id: `ocid1.instance.oc1.iad.anuwcljtbenchpool${pool}member${unique(member)}aaaaaaaaaaaaaaaaaaaaaaaa`,
    displayName: hostNameOf(pool, member),
    state: "Running",
    cpu: steady(cpu),
    memory: steady(memory),
  };
}

/** Five characters, as OCI gives them to the members of a pool. */
function unique(member: number): string {
  return (member * 7919 + 1_679_616).toString(36).slice(-5).padStart(5, "0");
}
