import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import {
  type EmulatedInstance,
  type EmulatedTenancy,
  type MetricStream,
  steady,
} from "../../local/oci-emulator/tenancy.ts";
import type { PoolResult } from "../../src/result/result-document.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { ServiceClock } from "../support/service-clock.ts";
import type { Measured, Measurements } from "./case.ts";
import type { MemberCase, SamplesByAge } from "./cases-oci.ts";
import { originalOnOci } from "./common-formulas.ts";
import { measuredPool, readingsOf } from "./readings.ts";

const minuteMs = 60_000;
const elsewhereId = `${compartmentId}elsewhere`;

/** The members of a pool; all are asked for in the same way. */
type PoolCases = readonly MemberCase[];

/** Has the function measure pools of these members, and measures each member in the original's way. */
export async function measureOnOci(
  pools: readonly PoolCases[],
): Promise<readonly { readonly cases: PoolCases; readonly measurements: Measurements }[]> {
  const clock = await ServiceClock.start(minuteMs);
  const { now } = clock;
  const emulator = await OciEmulator.start({ tenancy: () => tenancyOf(pools, now()), now });
  try {
    const agent = await startFunction({ ...emulator.environment, ...clock.environment });
    try {
      const measured: { readonly cases: PoolCases; readonly measurements: Measurements }[] = [];
      for (const [number, cases] of pools.entries()) {
        clock.set(beginningOfMinute());
        const asked = { source: "oci", includeInstances: true, ...cases[0]?.asked };
        const pool = measuredPool(await ask(agent, { instancePoolId: poolIdOf(number), ...asked }));
        measured.push({ cases, measurements: measurementsOf(pool, number, pools, now()) });
      }
      return measured;
    } finally {
      await agent.close();
    }
  } finally {
    await emulator.close();
    await clock.close();
  }
}

function measurementsOf(
  pool: PoolResult,
  number: number,
  pools: readonly PoolCases[],
  now: Date,
): Measurements {
  const readings = readingsOf(pool);
  const tenancy = tenancyOf(pools, now);
  const inWay = (index: number, metric: "cpu" | "memory"): Measured => ({
    ours: readings.get(displayNameOf(index))?.[metric],
    rivals: {
      original: [originalOnOci(tenancy, compartmentId, idOf(number, index), metric, now)],
    },
  });
  const members = pools[number]?.map(({ name }, index) => {
    return [name, { cpu: inWay(index, "cpu"), memory: inWay(index, "memory") }] as const;
  });
  return {
    members: new Map(members),
    warnings: pool.warnings,
    status: pool.status,
    pool: { cpu: pool.cpu.average, memory: pool.memory.average },
  };
}

/** The last whole minute's, after which the function's window and ours are the same for long. */
function beginningOfMinute(): Date {
  return new Date(Math.floor(Date.now() / minuteMs) * minuteMs - minuteMs + 1_000);
}

function tenancyOf(pools: readonly PoolCases[], now: Date): EmulatedTenancy {
  return {
    pools: pools.map((cases, number) => ({
      id: poolIdOf(number),
      displayName: "truth",
      compartmentId,
      instances: [
        ...cases.map((one, index) => emulatedInstance(one, idOf(number, index), index, now)),
        ...companions(number, cases[0]),
      ],
    })),
  };
}

/** Whoever is asked for in a way of their own is not alone, so that the pool has an average. */
function companions(
  number: number,
  { asked, companions: length = asked ? 1 : 0 }: Partial<MemberCase> = {},
) {
  return Array.from({ length }, (_, index) => ({
    id: idOf(number, 1_000 + index),
    displayName: `companion-${index}`,
    state: "Running",
    cpu: steady(50),
    memory: steady(50),
  }));
}

function emulatedInstance(one: MemberCase, id: string, index: number, now: Date): EmulatedInstance {
  const { createdMinutesAgo: age, renamedFrom, attachedFrom, elsewhere } = one;
  const { instancePoolDimension } = one;
  return {
    id,
    displayName: displayNameOf(index),
    state: "Running",
    ...streamsOf(one, now),
    ...(age !== undefined && {
      timeCreated: new Date(now.getTime() - age * minuteMs).toISOString(),
    }),
    ...(renamedFrom && {
      former: [{ displayName: `${displayNameOf(index)}-formerly`, ...streamsOf(renamedFrom, now) }],
    }),
    ...(attachedFrom && {
      former: [{ instancePoolDimension: "Default", ...streamsOf(attachedFrom, now) }],
    }),
    ...(elsewhere && { compartmentId: elsewhereId }),
    ...(instancePoolDimension !== undefined && { instancePoolDimension }),
  };
}

function streamsOf({ cpu, memory }: Pick<MemberCase, "cpu" | "memory">, now: Date) {
  return { ...(cpu && { cpu: byAge(cpu, now) }), ...(memory && { memory: byAge(memory, now) }) };
}

function byAge(samples: SamplesByAge, now: Date): MetricStream {
  const running = Math.floor(now.getTime() / minuteMs);
  return (minute) => samples(running - Math.floor(minute.getTime() / minuteMs));
}

function poolIdOf(number: number): string {
  return `${poolId}truth${number}`;
}

function idOf(number: number, index: number): string {
  return instanceId(`truth${number}x${index}`);
}

function displayNameOf(index: number): string {
  return `inst-${index}-truth`;
}
