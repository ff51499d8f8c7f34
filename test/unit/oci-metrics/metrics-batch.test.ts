import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { completePoolSpec, type PoolSettings } from "../../../src/config/pool-spec.ts";
import {
  InvalidRequestError,
  PoolNotFoundError,
  SourceUnavailableError,
  ThrottledError,
  type UtilizationError,
} from "../../../src/errors.ts";
import type { Instance } from "../../../src/instance-manager/instance-pool.ts";
import { toStream } from "../../../src/oci/answers.ts";
import type { MetricsQuery } from "../../../src/oci/calls.ts";
import type { MetricsBatch } from "../../../src/oci-metrics/metrics-batch.ts";
import { readMembers } from "../../../src/oci-metrics/read-metric.ts";
import { compartmentMemory, metricsBatch } from "../../support/metrics-batch.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";

type Refuse = (query: string) => UtilizationError | undefined;

/** From the beginning of the window until shortly before its end. */
const pointsOf = (value: number) =>
  [35, 38].map((minute) => ({ timestamp: `2026-11-23T20:${minute}:00.000Z`, value }));

/** Monitoring where each pool has one member, that says its pool's number; it keeps what it is asked. */
function monitoring(refuse: Refuse = () => undefined) {
  const queries: MetricsQuery[] = [];
  const ask = async (query: MetricsQuery) => {
    queries.push(query);
    await delay(1);
    const error = refuse(query.query);
    if (error !== undefined) throw error;
    const [, text = ""] = /"(.*?)"/.exec(query.query) ?? [];
    const everyPool = Array.from({ length: 40 }, (_, number) => poolId + number);
    const ids = text.endsWith("*") ? everyPool : text.split("|");
    const wanted = ids.filter((id) => query.pools?.has(id) ?? true);
    return wanted.map((id) =>
      toStream(
        { resourceId: instanceOf(numberOf(id)).id, instancePoolId: id },
        pointsOf(numberOf(id)),
      ),
    );
  };
  /** How many pools each query about CPU names, or "*" for every pool. */
  const asked = () =>
    queries
      .map(({ query }) => query)
      .filter((query) => query.startsWith("Cpu"))
      .map((query) => (query.includes("*") ? "*" : (query.match(/instancepool\./g)?.length ?? 0)));
  return { ask, asked, queries };
}

const numberOf = (id: string) => Number(/\d+$/.exec(id)?.[0]);

function instanceOf(number: number): Instance {
  return { id: instanceId(`x${number}`), displayName: "a", compartmentId, state: "RUNNING" };
}

const specOf = (number: number, settings: PoolSettings = {}) =>
  completePoolSpec(poolId + number, { compartmentId }, settings);
const specs = (count: number, settings: PoolSettings = {}) =>
  Array.from({ length: count }, (_, number) => specOf(number, settings));

/** What each pool's one member reads in CPU, where it lives in this compartment; or what went wrong. */
async function readings(
  batch: MetricsBatch,
  pools: ReturnType<typeof specs>,
  where: string = compartmentId,
) {
  return Promise.all(
    pools.map(async (spec) => {
      const instance = instanceOf(numberOf(spec.instancePoolId));
      const instances = [{ ...instance, compartmentId: where }];
      const planned = await batch.plannedFor(spec);
      const read = await readMembers(batch, spec, instances, planned);
      return read.failures[0]?.code ?? read.readings.values().next().value?.cpu;
    }),
  );
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const tooManyStreams = (query: string) =>
  query.includes("*") ? new InvalidRequestError("Exceeded maximum metric streams") : undefined;

describe("MetricsBatch", () => {
  it("asks about ten pools by name before anybody is listed, and gives each its own", async () => {
    const { ask, asked } = monitoring();
    const batch = metricsBatch(ask, specs(10));
    await delay(20);
    expect(asked()).toEqual([10]);

    expect(await readings(batch, specs(0))).toEqual([]);
  });

  it("asks about every pool of a compartment at once, and drops the streams of others", async () => {
    const { ask, asked } = monitoring();
    const pools = specs(23);

    expect(await readings(metricsBatch(ask, pools), pools)).toEqual(numbers(23));
    expect(asked()).toEqual(["*"]);
  });

  it("asks in lists when the service refuses that, and remembers it", async () => {
    const { ask, asked, queries } = monitoring(tooManyStreams);
    const tooMany = compartmentMemory();
    const pools = specs(23);

    expect(await readings(metricsBatch(ask, pools, { tooMany }), pools)).toEqual(numbers(23));
    expect(asked()).toEqual(["*", 10, 10, 3]);

    queries.length = 0;
    const again = specs(23);
    expect(await readings(metricsBatch(ask, again, { tooMany }), again)).toEqual(numbers(23));
    expect(asked()).toEqual([10, 10, 3]);
  });

  it.each([
    [7, [7, 7]],
    [23, ["*", "*"]],
  ])("asks about %i pools together whose members are found elsewhere", async (count, expected) => {
    const { ask, asked, queries } = monitoring();
    const pools = specs(count);

    expect(await readings(metricsBatch(ask, pools), pools, "apps")).toEqual(numbers(count));
    expect(asked()).toEqual(expected);
    expect(queries.at(-1)?.compartmentId).toBe("apps");
  });

  it.each([
    ["Monitoring can't read the shared query", () => new InvalidRequestError("no such operator")],
    ["its answer can't be read", () => new SourceUnavailableError("a stream without points")],
  ])("asks about each pool by itself when %s", async (_, error) => {
    const { ask, asked } = monitoring((query) => (query.includes("=~") ? error() : undefined));
    const pools = specs(2);

    expect(await readings(metricsBatch(ask, pools), pools)).toEqual(numbers(2));
    expect(asked()).toEqual([2, 1, 1]);
  });

  it.each([
    ["overrun", () => new ThrottledError("slow down"), "THROTTLED"],
    ["down", () => new SourceUnavailableError("no", { transient: true }), "SOURCE_UNAVAILABLE"],
    ["not for us", () => new PoolNotFoundError("no policy"), "POOL_NOT_FOUND"],
  ])("does not multiply the queries of a service that is %s", async (_, error, code) => {
    const { ask, asked } = monitoring(error);
    const pools = specs(3);

    expect(await readings(metricsBatch(ask, pools), pools)).toEqual([code, code, code]);
    expect(asked()).toEqual([3]);
  });

  it("asks about described pools as soon as they are, and about others at once", async () => {
    const { ask, asked } = monitoring();
    const undescribed = specs(11, { compartmentId: undefined }).map((spec, index) => ({
      ...spec,
      compartmentId: undefined,
      instancePoolId: poolId + (20 + index),
    }));
    const pools = [specOf(1), ...undescribed];
    let describeAll = () => {};
    const described = new Promise<void>((resolve) => {
      describeAll = resolve;
    });
    const batch = metricsBatch(ask, pools, {
      describe: async () => {
        await described;
        return { compartmentId, size: 1 };
      },
    });
    await delay(20);
    expect(asked()).toEqual([1]);

    describeAll();

    expect(await readings(batch, pools)).toEqual([1, ...numbers(11).map((index) => 20 + index)]);
    expect(asked()).toEqual([1, "*"]);
  });

  it("asks nothing about a pool that is known to be empty or too large, until it is listed", async () => {
    const { ask, asked } = monitoring();
    const pools = [{ ...specOf(1), compartmentId: undefined }];
    const batch = metricsBatch(ask, pools, { describe: async () => ({ compartmentId, size: 0 }) });
    await delay(20);
    expect(asked()).toEqual([]);

    expect(await readings(batch, pools)).toEqual([1]);
  });

  it("lets one pool that can't be described cost no other its reading", async () => {
    const { ask } = monitoring();
    const pools = [1, 2].map((number) => ({ ...specOf(number), compartmentId: undefined }));
    const batch = metricsBatch(ask, pools, {
      describe: async ({ instancePoolId }) => {
        if (instancePoolId.endsWith("1")) throw new PoolNotFoundError("gone");
        return { compartmentId };
      },
    });

    expect(await readings(batch, pools.slice(1))).toEqual([2]);
  });

  it("asks where members were seen last, in a warm process", async () => {
    const { ask, queries } = monitoring();
    const lastSeen = () => [["elsewhere", 1]] as const;
    metricsBatch(ask, [specOf(1, { windowMinutes: 1440 })], { lastSeen });
    await delay(20);

    expect(queries.map((query) => query.compartmentId)).toEqual(["elsewhere", "elsewhere"]);
  });

  it("puts silent members of many pools into lists", async () => {
    const silent: Refuse = () => undefined;
    const { queries } = monitoring(silent);
    const ask = async (query: MetricsQuery) => {
      queries.push(query);
      await delay(1);
      return [];
    };
    const pools = specs(100);

    await readings(metricsBatch(ask, pools), pools);

    const lists = queries.filter(({ query }) => /^Cpu.*\{resourceId/.test(query));
    expect(lists.length).toBeLessThanOrEqual(15);
    expect(lists.flatMap(({ query }) => query.match(/ocid1\.instance\./g) ?? [])).toHaveLength(100);
  });

  it("keeps no answer of a pool that is measured, while others are still asked for", async () => {
    const answers: WeakRef<object>[] = [];
    let answerRest = () => {};
    const rest = new Promise<void>((resolve) => {
      answerRest = resolve;
    });
    const ask = async ({ startTime }: MetricsQuery) => {
      if (startTime < new Date("2026-11-23T20:35:00Z")) await rest;
      const stream = toStream({ resourceId: instanceOf(1).id }, pointsOf(1));
      answers.push(new WeakRef(stream.values));
      return [stream];
    };
    const pools = [5, 6].map((windowMinutes) => specOf(1, { windowMinutes }));
    const batch = metricsBatch(ask, pools);
    const others = readings(batch, pools.slice(1));

    expect(await readings(batch, pools.slice(0, 1))).toEqual([1]);
    // What was held by an object that is gone is found in the next round.
    for (let round = 0; round < 5; round++) {
      await delay(1);
      collectGarbage();
    }

    expect(answers).toHaveLength(2);
    expect(answers.map((answer) => answer.deref())).toEqual([undefined, undefined]);
    answerRest();
    expect(await others).toEqual([1]);
  });

  it("takes no more of the tenancy's queries than half a minute of them", async () => {
    const { ask, queries } = monitoring();
    const pools = numbers(200).map((index) => specOf(1, { windowMinutes: index + 1 }));
    const lastSeen = () => [[compartmentId, 1]] as const;

    const read = await readings(metricsBatch(ask, pools, { lastSeen }), pools);

    expect(queries).toHaveLength(300);
    expect(read.filter((reading) => reading === "INVALID_REQUEST")).toHaveLength(50);
  });

  it("keeps the queries of what is planned, while silent members of others are asked for", async () => {
    const isSilent = (number: number) => number % 2 === 0;
    const ask = async ({ query }: MetricsQuery) => {
      await delay(1);
      const number = numberOf(/"(.*?)"/.exec(query)?.[1] ?? "");
      if (query.includes("resourceId =") || isSilent(number)) return [];
      return [toStream({ resourceId: instanceOf(number).id }, pointsOf(7))];
    };
    // Too many points for all of them to be asked for at once.
    const lastSeen = () => [[compartmentId, 40]] as const;
    const pools = numbers(140).map((number) => specOf(number, { windowMinutes: number + 5 }));
    const batch = metricsBatch(ask, pools, { lastSeen });
    const read: unknown[] = [];
    for (const pool of pools) read.push(...(await readings(batch, [pool])));

    const heard = read.filter((_, number) => !isSilent(number));
    expect(heard).toEqual(Array.from({ length: 70 }, () => 7));
  });
});
