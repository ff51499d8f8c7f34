import os from "node:os";
import {
  type EmulatedInstance,
  type EmulatedPool,
  steady,
  wavering,
} from "./oci-emulator/tenancy.ts";
import { measureThisMachine } from "./this-machine.ts";

/** The pool that the emulated tenancy has. */
export const demoPoolId = "ocid1.instancepool.oc1.iad.aaaaaaaademoweb";

const compartmentId = "ocid1.compartment.oc1..aaaaaaaademo";

/**
 * Six members, as a pool of any age has them: this machine with its real load, three with a load
 * made up, one that runs but reports nothing, and one that is stopped.
 */
export async function demoPool(): Promise<EmulatedPool> {
  const here = await measureThisMachine();
  return pool([
    { ...member("here", os.hostname()), ...here },
    { ...member("a7k2q", "inst-a7k2q-web"), cpu: wavering(38, 9), memory: steady(61.5) },
    { ...member("c3x9v", "inst-c3x9v-web"), cpu: wavering(72, 14), memory: steady(66) },
    { ...member("f8m4t", "inst-f8m4t-web"), cpu: steady(12), memory: steady(58.25) },
    member("p5r1z", "inst-p5r1z-web"),
    { ...member("w6d0n", "inst-w6d0n-web"), state: "Stopped" },
  ]);
}

/** A pool whose members are the hosts of these names. */
export function poolOfHosts(hosts: readonly string[]): EmulatedPool {
  return pool(hosts.map((host, index) => member(`host${index}`, host)));
}

function pool(instances: readonly EmulatedInstance[]): EmulatedPool {
  return { id: demoPoolId, displayName: "web", compartmentId, instances };
}

function member(unique: string, displayName: string): EmulatedInstance {
  return { id: `ocid1.instance.oc1.iad.anuwcljtdemo${unique}`, displayName, state: "Running" };
}
