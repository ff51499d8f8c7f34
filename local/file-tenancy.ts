import { readFileSync } from "node:fs";
import { readConfiguration } from "../src/config/configuration.ts";
import { readEnvironment } from "../src/config/environment.ts";
import {
  type EmulatedInstance,
  type EmulatedPool,
  type EmulatedTenancy,
  wavering,
} from "./oci-emulator/tenancy.ts";

const compartmentId = "ocid1.compartment.oc1..aaaaaaaademo";
/** Percent, of the members of a pool; each pool is a little busier than the one before. */
const loads = [22, 35, 48] as const;

/**
 * A tenancy in which the pools of a file exist, with three members each, and two pools for each
 * selection. What is wrong with the file, the function says.
 */
export function tenancyOf(poolsFile: string): EmulatedTenancy {
  const environment = readEnvironment({ POOLS_FILE: poolsFile });
  const configuration = readConfiguration(environment, (path) => readFileSync(path, "utf8"));
  const named = configuration.pools.flatMap(({ spec, select }) =>
    spec.ok && select === undefined ? spec.value : [],
  );
  const pools = named.map((spec, index) => ({
    id: spec.instancePoolId,
    displayName: spec.name ?? `pool-${index + 1}`,
    compartmentId: spec.compartmentId ?? compartmentId,
  }));
  const selections = configuration.pools.flatMap(({ select }) => select ?? []);
  const selected = selections.flatMap((select, index) =>
    ["1", "2"].map((unique) => ({
      ...select,
      id: `ocid1.instancepool.oc1.iad.aaaaaaaafile${index}n${unique}`,
      displayName: (select.displayName ?? `selected-${index + 1}-*`).replaceAll("*", unique),
    })),
  );
  return { pools: [...pools, ...selected].map(withMembers) };
}

function withMembers(pool: Omit<EmulatedPool, "instances">, index: number): EmulatedPool {
  const instances = loads.map((load, member) => instance(pool.displayName, index, member, load));
  return { ...pool, instances };
}

function instance(pool: string, index: number, member: number, load: number): EmulatedInstance {
  const cpu = load + ((index * 7) % 45);
  return {
    id: `ocid1.instance.oc1.iad.anuwcljtfile${index}m${member}`,
    displayName: `inst-${pool}-${member + 1}`,
    state: "Running",
    cpu: wavering(cpu, 6),
    memory: wavering(40 + load / 2, 3),
  };
}
