import type { Configuration } from "../config/configuration.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { describeProblems, type Problem } from "../config/problems.ts";
import { InvalidRequestError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { toErrorInfo } from "../result/result-document.ts";
import type { HealthCheck, PoolCheck } from "./health-document.ts";
import {
  askMonitoring,
  findCompartment,
  type Probed,
  type ProbedServices,
  probe,
  toCheck,
} from "./probes.ts";

/** Compute allows some ten requests a second; a check of hundreds of pools would be in the way. */
const poolsAsked = 50;

/** A configured pool that is being asked for. */
export interface AskedPool {
  readonly name: string | undefined;
  readonly instancePoolId: string | undefined;
  readonly spec: PoolSpec | undefined;
  readonly problems: readonly Problem[];
  /** Where its members live; undefined when it is not asked for. */
  readonly compartment: Promise<Probed<string>> | undefined;
}

/** Asks Compute for each configured pool that is written rightly. */
export function askPools(
  { pools }: Configuration,
  invocation: Invocation,
  services: ProbedServices,
): readonly AskedPool[] {
  return pools.map(({ name, instancePoolId, spec }, index) => {
    if (!spec.ok) {
      const { problems } = spec;
      return { name, instancePoolId, spec: undefined, problems, compartment: undefined };
    }
    const { value } = spec;
    const ask = (part: Invocation) => findCompartment(services, value, part);
    const compartment =
      index < poolsAsked
        ? probe(`pool ${name ?? value.instancePoolId}`, invocation, ask)
        : undefined;
    return { name, instancePoolId, spec: value, problems: [], compartment };
  });
}

/** The part of one pool. */
export function checkPool(
  { name, instancePoolId, problems }: AskedPool,
  probed: Probed<unknown> | undefined,
): PoolCheck {
  const pool = { name: name ?? null, instancePoolId: instancePoolId ?? null };
  if (problems.length > 0) {
    const error = new InvalidRequestError(describeProblems(problems));
    return { ...pool, status: "failed", error: toErrorInfo(error) };
  }
  if (probed !== undefined) return { ...pool, ...toCheck(probed) };
  return { ...pool, ...notChecked(`Only the first ${poolsAsked} pools are asked for.`) };
}

/** Compute is fit when it answered for any pool: a wrong OCID is the pool's affair. */
export function checkCompute(probed: readonly (Probed<unknown> | undefined)[]): HealthCheck {
  const asked = probed.filter((one) => one !== undefined);
  const told = asked.find((one) => "value" in one) ?? asked[0];
  return told === undefined ? notChecked("No pool is configured to ask for.") : toCheck(told);
}

/** Asks Monitoring about one pool that is measured there. */
export async function checkMonitoring(
  pools: readonly AskedPool[],
  invocation: Invocation,
  services: ProbedServices,
): Promise<HealthCheck> {
  const measured = pools.filter(({ spec }) => spec?.source === "oci");
  for (const { spec, compartment } of measured) {
    const probed = await compartment;
    const found = probed !== undefined && "value" in probed ? probed.value : spec?.compartmentId;
    if (spec === undefined || found === undefined) continue;
    const ask = (part: Invocation) => askMonitoring(services, spec, found, part);
    return toCheck(await probe("monitoring", invocation, ask));
  }
  return notChecked(
    measured.length === 0
      ? "No configured pool is measured there."
      : "It is asked about a compartment, and of no pool the compartment is known.",
  );
}

function notChecked(reason: string): HealthCheck {
  return { status: "not_checked", reason };
}
