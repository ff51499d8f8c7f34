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

/** What the function is configured with in the emulated tenancy: its pools, by name. */
export function demoConfiguration(source: "oci" | "prometheus"): string {
  const others = source === "oci" ? demoOthers : [];
  const pools = [{ name: "web", instancePoolId: demoPoolId, source }, ...others];
  return JSON.stringify({ pools });
}

const demoOthers = [
  { name: "batch", instancePoolId: "ocid1.instancepool.oc1.iad.aaaaaaaademobatch" },
  { name: "reports", instancePoolId: "ocid1.instancepool.oc1.iad.aaaaaaaademoreports" },
] as const;

/** A pool of each status: the one called web, one that works hard, and one that nobody reports of. */
export async function demoPools(): Promise<readonly EmulatedPool[]> {
  const [batch, reports] = demoOthers;
  return [
    await demoPool(),
    {
      ...pool([
        { ...member("b1", "inst-b2d8r-batch"), cpu: wavering(91, 6), memory: steady(72) },
        { ...member("b2", "inst-k9s3f-batch"), cpu: wavering(88, 8), memory: steady(77.5) },
        { ...member("b3", "inst-n5j1e-batch"), cpu: wavering(94, 4), memory: steady(74) },
      ]),
      id: batch.instancePoolId,
      displayName: batch.name,
    },
    {
      ...pool([member("r1", "inst-h3v7c-reports"), member("r2", "inst-x0m6u-reports")]),
      id: reports.instancePoolId,
      displayName: reports.name,
    },
  ];
}

/**
 * Six members, as a pool of any age has them: this machine with its real load, three with a load
 * made up, one that runs but reports nothing, and one that is stopped.
 */
async function demoPool(): Promise<EmulatedPool> {
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
