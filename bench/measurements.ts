import {
  type Bundle,
  buildAll,
  floorBundle,
  type Loaded,
  loadedModules,
  unbundled,
} from "./builds.ts";
import { type ColdStart, measureColdStart } from "./cold-start.ts";
import { buildEarlier } from "./earlier-build.ts";
import { bundle } from "./function-process.ts";
import { type Cell, measureCurves } from "./measure/curves.ts";
import { type ManyPools, measureManyPools } from "./measure/many-pools.ts";
import {
  type LargeRequest,
  type Memory,
  measureLargeRequest,
  measureMemory,
} from "./measure/memory.ts";
import { measureNamedExporter, type NamedExporter } from "./measure/named-exporter.ts";
import { measureRealPrometheus, type RealPrometheus } from "./measure/real-prometheus.ts";
import { measureRoundTrips, type RoundTrips } from "./measure/round-trips.ts";
import { measureTraffic, type Traffic } from "./measure/traffic.ts";
import type { MeasuredSource } from "./naive/way.ts";
import { loadOnePool, type Site } from "./site.ts";
import { compartmentId, poolIdOf } from "./tenancy.ts";

/** What doesn't depend on the clock: calls, bytes, sizes and results. */
export interface Counts {
  readonly bundle: Bundle;
  readonly loaded: { readonly ours: Loaded; readonly floor: Loaded };
  readonly traffic: readonly Traffic[];
  readonly compartments: Compartments;
}

/** Pools of one compartment, asked for in one request. */
export interface Compartments {
  readonly onePool: ManyPools;
  readonly onePoolOfKnownCompartment: ManyPools;
  /** One of 300 pools of ten. */
  readonly oneOfMany: ManyPools;
  readonly thirtyOfHundred: ManyPools;
  readonly hundredOfTen: ManyPools;
}

/** What does. */
export interface Timings {
  readonly coldStart: Readonly<Record<Subjects, readonly ColdStart[]>>;
  readonly memory: readonly Memory[];
  readonly largeRequest: LargeRequest;
  readonly curves: readonly Cell[];
  readonly manyPools: readonly BothBuilds[];
  readonly roundTrips: Readonly<Record<"ours" | "earlier", RoundTrips>>;
  /** Undefined where there is no Prometheus to be had. */
  readonly realPrometheus: RealPrometheus | undefined;
  /** As well. */
  readonly namedExporter: NamedExporter | undefined;
}

type Subjects = "ours" | "withPrometheus" | "floor" | "unbundled";

/** The same request to this work tree's build and the earlier one, by turns. */
export interface BothBuilds {
  readonly pools: number;
  readonly members: number;
  readonly turns: readonly { readonly ours: ManyPools; readonly earlier: ManyPools }[];
}

export type Progress = (text: string) => void;

const sources: readonly MeasuredSource[] = ["oci", "prometheus"];
const coldStarts = 15;
const poolCounts: readonly number[] = [1, 10, 100, 1_000];
const membersOfEach = 2;
const buildTurns = 3;

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
    floor: await loadedModules(floorBundle, site.environment, request),
  };
  const traffic: Traffic[] = [];
  for (const source of sources) {
    progress(`calls and bytes of ${source}`);
    traffic.push(...(await measureTraffic(site, source, naiveUpTo)));
  }
  progress("compartments");
  return { bundle: built, loaded, traffic, compartments: await measureCompartments(site) };
}

/** In ms; long enough for calls that are made together to be under way together, on any machine. */
const longLatencyMs = 500;

async function measureCompartments(site: Site): Promise<Compartments> {
  const onePool = { pools: 1, members: 10 };
  const cold = { warm: false };
  const latencyMs = longLatencyMs;
  return {
    onePool: await measureManyPools(site, onePool, { warm: true, latencyMs }),
    onePoolOfKnownCompartment: await measureManyPools(site, onePool, {
      ...cold,
      spec: { compartmentId },
      latencyMs,
    }),
    oneOfMany: await measureManyPools(site, { pools: 300, members: 10 }, { ...cold, asked: 1 }),
    thirtyOfHundred: await measureManyPools(site, { pools: 30, members: 100 }, cold),
    hundredOfTen: await measureManyPools(site, { pools: 100, members: 10 }, cold),
  };
}

/** After `measureCounts`, which builds what is measured. */
export async function measureTimings(site: Site, progress: Progress): Promise<Timings> {
  progress("the earlier build");
  const earlier = await buildEarlier();
  progress("cold starts");
  const coldStart = await measureColdStarts(site);
  progress("round trips");
  const roundTrips = await measureRoundTrips(site, { ours: bundle, earlier });
  progress("memory");
  const memory = [];
  for (const source of sources) memory.push(...(await measureMemory(site, source)));
  const largeRequest = await measureLargeRequest(site);
  progress("a real Prometheus server");
  const notMeasured = (error: unknown) => progress(`not measured: ${error}`) ?? undefined;
  const realPrometheus = await measureRealPrometheus(site).catch(notMeasured);
  const namedExporter = await measureNamedExporter(site).catch(notMeasured);
  const manyPools: BothBuilds[] = [];
  for (const pools of poolCounts) {
    progress(`${pools} pools`);
    manyPools.push(await measureBothBuilds(site, pools, earlier));
  }
  const curves = await measureCurves(site, progress);
  const prometheus = { realPrometheus, namedExporter };
  return { coldStart, roundTrips, memory, largeRequest, ...prometheus, manyPools, curves };
}

async function measureColdStarts(site: Site): Promise<Timings["coldStart"]> {
  await loadOnePool(site, 1, 0);
  // As the floor, which knows OCI alone.
  const { PROMETHEUS_URL: _, ...environment } = site.environment;
  const asks = {
    environment,
    body: JSON.stringify({ instancePoolId: poolIdOf(0) }),
  };
  return measureColdStart({
    runs: coldStarts,
    subjects: {
      floor: { bundle: floorBundle, ...asks },
      ours: { bundle, ...asks },
      withPrometheus: { bundle, ...asks, environment: site.environment },
      unbundled: { bundle: unbundled, startTimeoutMs: 60_000, ...asks },
    },
  });
}

async function measureBothBuilds(site: Site, pools: number, earlier: string): Promise<BothBuilds> {
  const size = { pools, members: membersOfEach };
  const turns = [];
  for (let turn = 0; turn < buildTurns; turn++) {
    turns.push({
      ours: await measureManyPools(site, size, { warm: true }),
      earlier: await measureManyPools(site, size, { warm: true, bundle: earlier }),
    });
  }
  return { ...size, turns };
}
