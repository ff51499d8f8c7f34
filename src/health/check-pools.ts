import { type Collectors, getCollector } from "../collectors/get-collector.ts";
import type { Configuration, ConfiguredPool } from "../config/configuration.ts";
import { labelOf, type PoolSelection } from "../config/pool-selection.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { errorOf, type Problem } from "../config/problems.ts";
import type { Invocation } from "../invocation.ts";
import type { ComputeManagement } from "../oci/calls.ts";
import type { Pages } from "../oci/pages.ts";
import { toErrorInfo } from "../result/result-document.ts";
import type { HealthCheck, PoolCheck } from "./health-document.ts";
import { type ProbedServices, probe } from "./probes.ts";

/** Compute allows some ten requests a second; a check of hundreds of pools would be in the way. */
const poolsAsked = 50;

/** More would not fit into an answer. */
const poolsListed = 1_000;

/** A configured pool, or selection of pools, that was asked for. */
export interface CheckedPool {
  readonly check: PoolCheck;
  /** Undefined where it is written wrongly. */
  readonly spec?: PoolSpec;
  /** Where its members live, as far as that is known. */
  readonly compartmentId?: string | undefined;
}

/** Asks Compute for each configured pool, and selection of pools, that is written rightly. */
export function checkPools(
  { pools }: Configuration,
  invocation: Invocation,
  services: ProbedServices,
): readonly Promise<CheckedPool>[] {
  const checkPool = async (pool: ConfiguredPool, index: number): Promise<CheckedPool> => {
    const { select, spec } = pool;
    const name = select ? labelOf(select) : (pool.name ?? null);
    const known = { name, instancePoolId: pool.instancePoolId ?? null };
    if (!spec.ok) return { check: { ...known, ...invalid(spec.problems) } };
    // Which pools are selected is another matter: none is there of this OCID, and that is an answer, too.
    const instancePoolId = select?.compartmentId ?? spec.value.instancePoolId;
    const value = { ...spec.value, instancePoolId };
    const { compartmentId } = value;
    if (index >= poolsAsked) {
      const check = notChecked(`Only the first ${poolsAsked} pools are asked for.`);
      return { check: { ...known, ...check }, spec: value, compartmentId };
    }
    const ask = async (part: Invocation) => {
      const { compute } = await services.callsFor(value, part);
      return select ? compartmentOfPools(select, compute) : compartmentOfPool(value, compute);
    };
    const probed = await probe(`pool ${name ?? instancePoolId}`, invocation, ask);
    const { check, found = compartmentId } = probed;
    return { check: { ...known, ...check }, spec: value, compartmentId: found };
  };
  return pools.slice(0, poolsListed).map(checkPool);
}

/** Where a member of the pool lives, else the pool itself: asked by the calls that collecting makes. */
async function compartmentOfPool(spec: PoolSpec, compute: ComputeManagement): Promise<string> {
  const { instancePoolId } = spec;
  const compartmentId =
    spec.compartmentId ?? (await compute.getInstancePool({ instancePoolId })).compartmentId;
  const request = { instancePoolId, compartmentId, limit: 1 };
  const [member] = await firstPage(compute.listInstancePoolInstances(request));
  return member?.compartmentId ?? compartmentId;
}

/** The compartment, if its pools may be listed. */
async function compartmentOfPools(
  { compartmentId }: PoolSelection,
  compute: ComputeManagement,
): Promise<string> {
  await firstPage(compute.listInstancePools({ compartmentId, limit: 1 }));
  return compartmentId;
}

async function firstPage<T>(pages: Pages<T>): Promise<readonly T[]> {
  for await (const page of pages) return page;
  return [];
}

/** Compute is fit when it answered for any pool: a wrong OCID is the pool's affair. */
export function checkCompute(pools: readonly CheckedPool[]): HealthCheck {
  const asked = pools.map(({ check }) => check).filter(({ latencyMs }) => latencyMs !== undefined);
  const told = asked.find(({ status }) => status === "ok") ?? asked[0];
  if (told === undefined) return notChecked("No pool is configured to ask for.");
  const { name, instancePoolId, ...check } = told;
  return check;
}

/** Asks Monitoring about one pool that is measured there. */
export async function checkMonitoring(
  pools: readonly Promise<CheckedPool>[],
  invocation: Invocation,
  collectors: Collectors,
): Promise<HealthCheck> {
  let reason = "No configured pool is measured there.";
  for (const pool of pools) {
    const { spec, compartmentId } = await pool;
    if (spec === undefined) continue;
    const collector = getCollector(spec, collectors);
    if (collector.askMonitoring === undefined) continue;
    reason = "It is asked about a compartment, and of no pool the compartment is known.";
    if (compartmentId === undefined) continue;
    const ask = async (part: Invocation) => collector.askMonitoring?.(spec, compartmentId, part);
    return (await probe("monitoring", invocation, ask)).check;
  }
  return notChecked(reason);
}

/** What is written wrongly. */
export function invalid(problems: readonly Problem[]): HealthCheck {
  return { status: "failed", error: toErrorInfo(errorOf(problems)) };
}

function notChecked(reason: string): HealthCheck {
  return { status: "not_checked", reason };
}
