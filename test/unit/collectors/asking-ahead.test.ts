import { describe, expect, it } from "vitest";
import { PrometheusMetricsCollector } from "../../../src/collectors/prometheus-metrics-collector.ts";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import { PoolNotFoundError, SourceUnavailableError } from "../../../src/errors.ts";
import type { Instance } from "../../../src/instance-manager/instance-pool.ts";
import type { Series } from "../../../src/prometheus/query-api.ts";
import { toPoolResult } from "../../../src/result/pool-result.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const evaluatedAt = 1_795_465_525;
const times = Array.from({ length: 24 }, (_, index) => evaluatedAt - 15 * (23 - index));

function answer(query: string, names: readonly string[]): Series[] {
  const row = (labels: Series["labels"], value: number): Series =>
    query.startsWith("{")
      ? { labels, times, values: times.map(() => value) }
      : { labels, times: [evaluatedAt], values: [value] };
  const hosts = names.map((name) => ({ instance: `${name}:9100`, pool: poolId }));
  if (!query.startsWith("{")) {
    return [
      row({ mode: "(now)" }, evaluatedAt),
      ...hosts.flatMap((host) => [
        row({ ...host, mode: "user" }, 120),
        row({ ...host, mode: "idle" }, 180),
        row({ ...host, mode: "(stamp)" }, evaluatedAt),
      ]),
    ];
  }
  return hosts.flatMap((host) => [
    row({ ...host, __name__: "up" }, 1),
    row({ ...host, __name__: "node_memory_MemTotal_bytes" }, 100),
    row({ ...host, __name__: "node_memory_MemAvailable_bytes" }, 25),
  ]);
}

const member = (unique: string, more: Partial<Instance> = {}): Instance => ({
  id: instanceId(unique),
  displayName: `web-${unique}`,
  compartmentId,
  state: "RUNNING",
  ...more,
});

/** A collector, what it asks, and a list of members that is answered when the test says so. */
function start(settings: PoolSettings = {}) {
  const state = {
    size: undefined as number | undefined,
    list: async (): Promise<readonly Instance[]> => [member("a"), member("b")],
    failure: undefined as Error | undefined,
    queries: [] as string[],
  };
  const collector = new PrometheusMetricsCollector({
    directory: {
      getInstancesFromInstancePool: async () => ({
        id: poolId,
        name: "web",
        instances: await state.list(),
      }),
      describe: async () => ({ size: state.size }),
    },
    hosts: { hostsOf: async () => ({ byInstanceId: new Map(), failure: undefined }) },
    ownExporterOf: () => undefined,
    matchLabels: () => new Set(["pool"]),
    serverOf: async () => {
      if (state.failure !== undefined) throw state.failure;
      return {
        query: async (query) => {
          state.queries.push(query);
          return { series: answer(query, ["web-a", "web-b"]), warnings: [] };
        },
        fits: () => true,
        redact: (text) => text,
      };
    },
    now: () => new Date(evaluatedAt * 1000),
  });
  const known = poolSpec({
    source: "prometheus",
    prometheus: { match: { label: "pool", by: "poolId" } },
    ...settings,
  });
  const measure = async (spec = known, invocation = anInvocation()) =>
    toPoolResult(spec, await collector.getMetrics(spec, invocation), []);
  return { state, measure, known };
}

/** A list that is held back until the pool has been asked about. */
const whenAsked = (state: { queries: string[] }, members: readonly Instance[]) => async () => {
  const before = state.queries.length;
  while (state.queries.length < before + 2) await new Promise(setImmediate);
  return members;
};

describe("a pool that a label names", () => {
  it("is asked about before its members are known, once it is known how many there are", async () => {
    const { state, measure } = start();
    await measure();
    state.list = whenAsked(state, [member("a"), member("b")]);

    expect((await measure()).cpu).toMatchObject({ average: 40, reporting: 2 });
    expect(state.queries).toHaveLength(4);
  });

  it("is asked about as soon as it is described", async () => {
    const { state, measure, known } = start();
    state.size = 2;
    state.list = whenAsked(state, [member("a"), member("b")]);

    expect((await measure({ ...known, compartmentId: undefined })).cpu.reporting).toBe(2);
    expect(state.queries).toHaveLength(2);
  });

  it("has no number of who left, nor of who came under another's name", async () => {
    const { state, measure } = start();
    await measure();
    const timeCreated = new Date((evaluatedAt + 1) * 1000).toISOString();
    const heir = { ...member("heir", { timeCreated }), displayName: "web-b" };
    state.list = whenAsked(state, [member("a"), heir]);
    const { instances, cpu } = await measure();
    expect(cpu).toMatchObject({ average: 40, reporting: 1 });
    expect(instances?.missing).toMatchObject([{ id: heir.id, reason: "warming_up" }]);

    state.list = whenAsked(state, [member("a"), member("b", { state: "STOPPED" })]);
    expect((await measure()).cpu).toMatchObject({ average: 40, reporting: 1 });
  });

  it("is not asked about again when it has grown, as long as the same is asked", async () => {
    const { state, measure } = start();
    await measure();
    const others = Array.from({ length: 98 }, (_, index) => member(`n${index}`));
    state.list = whenAsked(state, [member("a"), member("b"), ...others]);

    expect((await measure()).cpu.reporting).toBe(2);
    expect(state.queries).toHaveLength(4);
  });

  it("is asked about again when it has too many members for what was asked", async () => {
    const { state, measure } = start({ windowMinutes: 60 });
    await measure();
    const others = Array.from({ length: 200 }, (_, index) => member(`n${index}`));
    state.list = whenAsked(state, others);
    await measure();

    const samples = state.queries.filter((query) => query.startsWith("{"));
    expect(samples.map((query) => /\[(\d+)s\]/.exec(query)?.[1])).toEqual(["3660", "3660", "960"]);
  });

  it("is not asked about while none of its members runs, nor while they are many", async () => {
    for (const members of [[], Array.from({ length: 251 }, (_, index) => member(`n${index}`))]) {
      const { state, measure } = start();
      state.list = async () => members;
      await measure();
      const before = state.queries.length;
      state.list = async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        expect(state.queries).toHaveLength(before);
        return members;
      };
      await measure();
    }
  });

  it("waits for its list where eight others of the invocation are asked about already", async () => {
    const { state, measure, known } = start();
    state.size = 2;
    const askedBefore: number[] = [];
    state.list = async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      askedBefore.push(state.queries.length);
      return [member("a"), member("b")];
    };
    const invocation = anInvocation();
    const specs = Array.from({ length: 9 }, () => ({ ...known, compartmentId: undefined }));

    await Promise.all(specs.map((spec) => measure(spec, invocation)));

    expect([askedBefore[0], state.queries.length]).toEqual([16, 18]);
  });

  it("fails as its list does, and where there is one, as its server does", async () => {
    const { state, measure } = start();
    await measure();
    state.failure = new SourceUnavailableError("the server is away");
    await expect(measure()).rejects.toThrow("the server is away");
    state.list = async () => {
      throw new PoolNotFoundError("no such pool");
    };
    await expect(measure()).rejects.toThrow("no such pool");
  });
});
