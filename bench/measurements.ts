import type { Source } from "../src/config/pool-spec.ts";
import {
  type Bundle,
  buildAll,
  helloWorldBundle,
  type Loaded,
  loadedModules,
  unbundled,
} from "./builds.ts";
import { type ColdStart, measureColdStart } from "./cold-start.ts";
import { bundle } from "./function-process.ts";
import { type Cell, measureCurves } from "./measure/curves.ts";
import { type ManyPools, measureManyPools, poolCounts } from "./measure/many-pools.ts";
import { type Memory, measureMemory } from "./measure/memory.ts";
import { measureRealPrometheus, type RealPrometheus } from "./measure/real-prometheus.ts";
import { measureTraffic, type Traffic } from "./measure/traffic.ts";
import { type Floor, measureFloor, measureWarmCall, type WarmCall } from "./measure/warm-call.ts";
import { loadOnePool, type Site } from "./site.ts";
import { poolIdOf } from "./tenancy.ts";

/** What doesn't depend on the clock: calls, bytes, sizes and results. */
export interface Counts {
  readonly bundle: Bundle;
  readonly loaded: { readonly ours: Loaded; readonly helloWorld: Loaded };
  readonly traffic: readonly Traffic[];
  readonly hundredPools: ManyPools;
}

/** What does. */
export interface Timings {
  readonly coldStart: Readonly<Record<Subjects, readonly ColdStart[]>>;
  readonly memory: readonly Memory[];
  readonly curves: readonly Cell[];
  readonly manyPools: readonly ManyPools[];
  readonly warmCalls: readonly WarmCall[];
  readonly floor: Floor;
  /** Undefined where there is no Prometheus to be had. */
  readonly realPrometheus: RealPrometheus | undefined;
}

type Subjects = "ours" | "helloWorld" | "unbundled";

export type Progress = (text: string) => void;

const sources: readonly Source[] = ["oci", "prometheus"];
const coldStarts = 7;

/** `naiveUpTo`: of how many members a pool may be for the naive way to be counted, too. */
export async function measureCounts(
  site: Site,
  progress: Progress,
  naiveUpTo: number,
): Promise<Counts> {
  progress("builds");
  const built = await buildAll();
  await loadOnePool(site, 1, 0);
  const request = { instancePoolId: poolIdOf(0) };
  const loaded = {
    ours: await loadedModules(bundle, site.environment, request),
    helloWorld: await loadedModules(helloWorldBundle, {}, request),
  };
  const traffic: Traffic[] = [];
  for (const source of sources) {
    progress(`calls and bytes of ${source}`);
    traffic.push(...(await measureTraffic(site, source, naiveUpTo)));
  }
  progress("100 pools");
  return {
    bundle: built,
    loaded,
    traffic,
    hundredPools: await measureManyPools(site, 100, { warm: false }),
  };
}

/** After `measureCounts`, which builds what is measured. */
export async function measureTimings(site: Site, progress: Progress): Promise<Timings> {
  progress("cold starts");
  await loadOnePool(site, 1, 0);
  const asks = {
    environment: site.environment,
    body: JSON.stringify({ instancePoolId: poolIdOf(0) }),
  };
  const coldStart = await measureColdStart({
    runs: coldStarts,
    subjects: {
      helloWorld: { bundle: helloWorldBundle },
      ours: { bundle, ...asks },
      unbundled: { bundle: unbundled, startTimeoutMs: 60_000, ...asks },
    },
  });
  progress("memory");
  const memory = [];
  for (const source of sources) memory.push(...(await measureMemory(site, source)));
  progress("the work of a warm call");
  const warmCalls = [];
  for (const source of sources) warmCalls.push(await measureWarmCall(site, source));
  const floor = await measureFloor();
  progress("a real Prometheus server");
  const realPrometheus = await measureRealPrometheus(site).catch((error: unknown) => {
    progress(`not measured: ${error}`);
    return undefined;
  });
  const manyPools = [];
  for (const pools of poolCounts) {
    progress(`${pools} pools`);
    manyPools.push(await measureManyPools(site, pools, { warm: true }));
  }
  return {
    coldStart,
    memory,
    warmCalls,
    floor,
    realPrometheus,
    manyPools,
    curves: await measureCurves(site, progress),
  };
}
