import { setTimeout as delay } from "node:timers/promises";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type {
  EmulatedInstance,
  EmulatedTenancy,
  MetricStream,
} from "../../local/oci-emulator/tenancy.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import type { Measured, Measurements } from "./case.ts";
import type { MemberCase, SamplesByAge } from "./cases-oci.ts";
import { originalOnOci } from "./common-formulas.ts";
import { measuredPool, readingsOf } from "./readings.ts";

const minuteMs = 60_000;
const elsewhereId = `${compartmentId}elsewhere`;

/** Has the function measure a pool of these members, and measures each in the original's way. */
export async function measureOnOci(cases: readonly MemberCase[]): Promise<Measurements> {
  const emulator = await OciEmulator.start({ tenancy: () => tenancyOf(cases, new Date()) });
  try {
    const agent = await startFunction(emulator.environment);
    try {
      await beginningOfMinute();
      const request = { instancePoolId: poolId, source: "oci", includeInstances: true };
      const pool = measuredPool(await ask(agent, request));
      const readings = readingsOf(pool);
      const now = new Date();
      const tenancy = tenancyOf(cases, now);
      const measured = cases.map(({ name }, index) => {
        const inWay = (metric: "cpu" | "memory"): Measured => ({
          ours: readings.get(displayNameOf(index))?.[metric],
          rivals: { original: [originalOnOci(tenancy, compartmentId, idOf(index), metric, now)] },
        });
        return [name, { cpu: inWay("cpu"), memory: inWay("memory") }] as const;
      });
      return {
        members: new Map(measured),
        warnings: pool.warnings,
        pool: { cpu: pool.cpu.average, memory: pool.memory.average },
      };
    } finally {
      await agent.close();
    }
  } finally {
    await emulator.close();
  }
}

/** Waits out the end of a minute, in which the function's window could be another than ours. */
async function beginningOfMinute(): Promise<void> {
  const left = minuteMs - (Date.now() % minuteMs);
  if (left < 10_000) await delay(left);
}

function tenancyOf(cases: readonly MemberCase[], now: Date): EmulatedTenancy {
  const instances = cases.map((one, index) => emulatedInstance(one, index, now));
  return { pools: [{ id: poolId, displayName: "truth", compartmentId, instances }] };
}

function emulatedInstance(one: MemberCase, index: number, now: Date): EmulatedInstance {
  const { createdMinutesAgo: age, renamedFrom, elsewhere, instancePoolDimension } = one;
  return {
    id: idOf(index),
    displayName: displayNameOf(index),
    state: "Running",
    ...streamsOf(one, now),
    ...(age !== undefined && {
      timeCreated: new Date(now.getTime() - age * minuteMs).toISOString(),
    }),
    ...(renamedFrom && {
      former: [{ displayName: `${displayNameOf(index)}-formerly`, ...streamsOf(renamedFrom, now) }],
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

function idOf(index: number): string {
  return instanceId(`truth${index}`);
}

function displayNameOf(index: number): string {
  return `inst-${index}-truth`;
}
