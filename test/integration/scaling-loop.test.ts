import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { MetricData } from "../../local/oci-emulator/monitoring.ts";
import type { EmulatedInstance } from "../../local/oci-emulator/tenancy.ts";
import type { PoolResult, ResultDocument } from "../../src/result/result-document.ts";
import { drawScaleOut } from "../support/draw-scale-out.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { rawCall, resourcePrincipal } from "../support/sdk-calls.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";
import { type ReadMean, ThresholdPolicy } from "../support/threshold-policy.ts";

const root = new URL("../..", import.meta.url).pathname;
const bundle = join(root, "dist/func.cjs");
const preload = join(root, "test/support/shifted-clock.cjs");
const minuteMs = 60_000;
const namespace = "pool_utilization";
const samples = (percent: number) => Array.from({ length: 6 }, () => percent);

/** What the pool's members do, in minutes since the loop began. */
interface Course {
  readonly members: number;
  /** Of all members together: 100 is one that is busy. */
  readonly loadAt: (minute: number) => number;
  /** Members that report in that minute; the first ones do. @default all */
  readonly reportingAt?: (minute: number) => number;
}

/** How long a new member takes until it has its share of the load. */
const bootMinutes = 4;

/** One minute of the loop. */
interface Turn {
  readonly minute: number;
  readonly pool: PoolResult;
  /** By how much the policy changed the pool's size. */
  readonly change: number;
  readonly size: number;
}

describe("the loop of docs/scaling.md", { timeout: 120_000 }, () => {
  let directory: TemporaryDirectory;
  let emulator: OciEmulator;
  let agent: FnAgent;
  let clock: Date;
  /** On a minute, and long enough ago for half an hour of it; nothing here is of the future. */
  let begin: number;
  let born: number[];

  beforeEach(async () => {
    directory = await createTemporaryDirectory();
    begin = Math.floor((Date.now() - 50 * minuteMs) / minuteMs) * minuteMs;
  });
  afterEach(async () => {
    await agent.close();
    await emulator.close();
    await directory.remove();
  });

  /** Sets the clock of the service and that of the function. */
  function setClock(minute: number): void {
    clock = new Date(begin + minute * minuteMs + 5_000);
    writeFileSync(join(directory.path, "clock"), String(Date.now() - clock.getTime()));
  }

  async function start(course: Course): Promise<void> {
    born = Array.from({ length: course.members }, () => -600);
    setClock(0);
    const pool = () => ({
      id: `${poolId}web`,
      displayName: "web",
      compartmentId,
      instances: born.map((_, index) => memberOf(course, index)),
    });
    emulator = await OciEmulator.start({
      tenancy: () => ({ pools: [pool()] }),
      now: () => clock,
      tokenLifetimeMs: 24 * 60 * minuteMs,
    });
    const web = { name: "web", instancePoolId: `${poolId}web`, warmupMinutes: 9, minCoverage: 0.2 };
    agent = await FnAgent.start({
      bundle,
      nodeArguments: ["--require", preload],
      environment: {
        ...emulator.environment,
        SHIFTED_CLOCK: join(directory.path, "clock"),
        POOLS: JSON.stringify({ defaults: { publish: { namespace } }, pools: [web] }),
      },
    });
  }

  /** Once it is warm, a member has its share of the load; until then it does next to nothing. */
  function memberOf(course: Course, index: number): EmulatedInstance {
    const bornAt = born[index] ?? 0;
    const minuteOf = (date: Date) => Math.round((date.getTime() - begin) / minuteMs);
    const warmAt = (minute: number) => born.filter((at) => minute - at >= bootMinutes).length;
    const reports = (minute: number) =>
      minute >= bornAt && index < (course.reportingAt?.(minute) ?? born.length);
    return {
      id: instanceId(`member${index}`),
      displayName: `inst-${index}-web`,
      state: "Running",
      timeCreated: new Date(begin + bornAt * minuteMs).toISOString(),
      cpu: (date) => {
        const minute = minuteOf(date);
        if (!reports(minute)) return [];
        if (minute - bornAt < bootMinutes) return samples(3);
        return samples(Math.min(100, course.loadAt(minute) / warmAt(minute)));
      },
      memory: (date) => (reports(minuteOf(date)) ? samples(50) : []),
    };
  }

  /** The message of an alarm that goes on firing, as the stack's clock sends it every minute. */
  function alarm(): string {
    const example = JSON.parse(readFileSync(join(root, "examples/alarm.json"), "utf8"));
    const [data] = example.alarmMetaData;
    const dimensions = [{ instancePoolId: `${poolId}web` }];
    return JSON.stringify({
      ...example,
      type: "REPEAT",
      alarmMetaData: [
        { ...data, query: "CpuUtilization[1m].groupBy(instancePoolId).count() >= 1", dimensions },
      ],
    });
  }

  /** What Monitoring has of what the function published. */
  const published: ReadMean = async (query, { start: from, end }) => {
    // The service lets nobody in whose clock is another.
    vi.useFakeTimers({ toFake: ["Date"], now: clock });
    const { status, answer } = await rawCall(emulator, resourcePrincipal(emulator.environment), {
      method: "POST",
      path: `/20180401/metrics/actions/summarizeMetricsData?compartmentId=${compartmentId}`,
      body: JSON.stringify({
        namespace,
        query,
        startTime: from.toISOString(),
        endTime: end.toISOString(),
      }),
    });
    vi.useRealTimers();
    if (status !== 200) throw new Error(JSON.stringify(answer));
    const streams = answer as MetricData[];
    return streams.flatMap(({ aggregatedDatapoints }) => aggregatedDatapoints).at(-1)?.value;
  };

  /** Plays the loop: the clock calls, the function publishes, the policy decides, the pool grows. */
  async function play(course: Course, minutes: number): Promise<readonly Turn[]> {
    await start(course);
    const policy = await ThresholdPolicy.ofStack(`${poolId}web`);
    const turns: Turn[] = [];
    for (let minute = 1; minute <= minutes; minute++) {
      setClock(minute);
      const { body } = await agent.invoke(alarm());
      const { pools } = JSON.parse(body.toString()) as ResultDocument;
      const [pool] = pools;
      if (pool === undefined) throw new Error(body.toString());
      const change = await policy.decide(clock, published);
      if (change > 0) born.push(minute);
      if (change < 0) born.pop();
      turns.push({ minute, pool, change, size: born.length });
    }
    return turns;
  }

  it("adds a member when the load rises, and counts it when it is warm", async () => {
    const turns = await play({ members: 2, loadAt: (minute) => (minute < 6 ? 90 : 170) }, 30);

    const changes = turns.filter(({ change }) => change !== 0);
    expect(changes.map(({ change }) => change)).toEqual([1]);
    const grownAt = changes[0]?.minute ?? 0;
    // The load has to fill the window, the policy's three minutes, and the pending duration.
    expect(grownAt).toBeGreaterThan(6 + 3);
    expect(grownAt).toBeLessThan(6 + 12);

    const young = turns.filter(({ pool }) => (pool.instances?.excluded.length ?? 0) > 0);
    expect(young.length).toBeGreaterThanOrEqual(3);
    for (const { minute, pool } of young) {
      expect(minute - grownAt).toBeLessThanOrEqual(9);
      expect(pool.instances).toMatchObject({ running: 3, counted: 2, reporting: 2 });
      // What it does while it starts is in no average: that is of the two who work.
      expect(pool.cpu.average).toBeGreaterThanOrEqual(170 / 3 - 0.1);
    }
    const last = turns.at(-1)?.pool;
    expect(last?.instances).toMatchObject({ running: 3, counted: 3, excluded: [] });
    expect(last?.cpu.average).toBeCloseTo(170 / 3, 0);

    const minutes = turns.map(({ minute, pool }) => ({
      minute,
      average: pool.cpu.average,
      running: pool.instances?.running ?? 0,
      counted: pool.instances?.counted ?? 0,
    }));
    const events = [
      { minute: 6, text: "the load rises" },
      { minute: grownAt, text: "the policy adds a member" },
      { minute: (young.at(-1)?.minute ?? 0) + 1, text: "it is warm, and counts" },
    ];
    const picture = drawScaleOut(minutes, { out: 70, in: 30 }, events);
    // Drawn anew by running this test with --update.
    await expect(picture).toMatchFileSnapshot("../../docs/scaling.svg");
  });

  it("lets a pool be whose agents fall silent; with zeros for them it would have shrunk", async () => {
    const course = {
      members: 4,
      loadAt: () => 220,
      reportingAt: (minute: number) => (minute < 6 ? 4 : 1),
    };
    const zeros: [number, number][] = [];
    const naive = await ThresholdPolicy.ofStack(`${poolId}web`);
    const readZeros: ReadMean = async (_, { start: from, end }) => {
      const inWindow = zeros.filter(([at]) => at > from.getTime() && at <= end.getTime());
      return inWindow.reduce((sum, [, value]) => sum + value, 0) / inWindow.length;
    };

    const turns = await play(course, 20);

    const decisions: number[] = [];
    for (const { minute, pool } of turns) {
      const { reporting = 0, counted = 1 } = pool.instances ?? {};
      const at = begin + minute * minuteMs + 5_000;
      zeros.push([at, ((pool.cpu.average ?? 0) * reporting) / counted]);
      decisions.push(await naive.decide(new Date(at), readZeros));
    }
    expect(turns.at(-1)?.pool.instances).toMatchObject({ counted: 4, reporting: 1 });
    expect(turns.every(({ pool }) => Math.round(pool.cpu.average ?? 0) === 55)).toBe(true);
    expect(turns.every(({ change }) => change === 0)).toBe(true);
    expect(decisions.filter((change) => change !== 0)).toContain(-1);
  });

  it("does nothing while nothing is published", async () => {
    const turns = await play({ members: 2, loadAt: () => 4, reportingAt: () => 0 }, 10);

    expect(turns.map(({ pool }) => pool.error?.code)).toEqual(Array(10).fill("NO_DATA"));
    expect(turns.every(({ change }) => change === 0)).toBe(true);
  });
});
