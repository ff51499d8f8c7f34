import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import { completePoolSpec } from "../../../src/config/pool-spec.ts";
import {
  InvalidRequestError,
  SourceUnavailableError,
  ThrottledError,
  type UtilizationError,
} from "../../../src/errors.ts";
import type { MetricsQuery, Monitoring } from "../../../src/oci-metrics/monitoring.ts";
import { type MetricName, poolQueries } from "../../../src/oci-metrics/queries.ts";
import { QueryBoard } from "../../../src/oci-metrics/query-board.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";

const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };

/** Monitoring that answers each query with one stream of each pool that it names. */
function monitoring(refuse: (query: string) => UtilizationError | undefined = () => undefined) {
  const queries: MetricsQuery[] = [];
  const api = (region = "us-ashburn-1"): Monitoring => ({
    region,
    summarizeMetricsData: async (query) => {
      queries.push(query);
      const error = refuse(query.query);
      if (error !== undefined) throw error;
      const pools = /"(.*?)"/.exec(query.query)?.[1]?.split("|") ?? [];
      return pools.map((pool) => ({ dimensions: { resourceId: pool }, aggregatedDatapoints: [] }));
    },
  });
  return { api, queries };
}

/** The query for a metric of the pool with that number. */
function queryOf(pool: number, settings: PoolSettings = {}, members = 1) {
  const spec = completePoolSpec(`${poolId}${pool}`, { compartmentId }, settings);
  const instances = Array.from({ length: members }, (_, index) => ({
    id: instanceId(`${pool}x${index}`),
    displayName: "a",
    compartmentId: spec.compartmentId ?? compartmentId,
    state: "RUNNING",
  }));
  const metric: MetricName = "CpuUtilization";
  const [query] = poolQueries(metric, instances, spec, window);
  if (query === undefined) throw new Error("there is a query for every pool");
  return query;
}

const pools = (count: number) => Array.from({ length: count }, (_, index) => ({ index }));

describe("QueryBoard", () => {
  it("asks once for ten pools of one compartment, and gives each the answer", async () => {
    const { api, queries } = monitoring();
    const board = new QueryBoard(anInvocation());

    const answers = await Promise.all(
      pools(23).map(({ index }) => board.post(api(), queryOf(index))),
    );

    expect(queries.map(({ query }) => query.match(/instancepool/g)?.length)).toEqual([10, 10, 3]);
    for (const [index, streams] of answers.entries()) {
      expect(streams.map(({ dimensions }) => dimensions.resourceId)).toContain(`${poolId}${index}`);
    }
  });

  it.each<[string, PoolSettings, number]>([
    ["of another window", { windowMinutes: 10 }, 1],
    ["of another statistic", { statistic: "max" }, 1],
    ["of another compartment", { compartmentId: `${compartmentId}b` }, 1],
    ["whose streams would be too many for one answer", {}, 2_000],
  ])("asks by itself for a pool %s", async (_, settings, members) => {
    const { api, queries } = monitoring();
    const board = new QueryBoard(anInvocation());

    const other = queryOf(2, settings, members);
    await Promise.all([board.post(api(), queryOf(1)), board.post(api(), other)]);

    expect(queries).toHaveLength(2);
  });

  it("asks each region for its own pools", async () => {
    const { api, queries } = monitoring();
    const board = new QueryBoard(anInvocation());

    await Promise.all([
      board.post(api("us-ashburn-1"), queryOf(1)),
      board.post(api("eu-frankfurt-1"), queryOf(2)),
    ]);

    expect(queries).toHaveLength(2);
  });

  it("waits for a pool that is still being listed", async () => {
    const { api, queries } = monitoring();
    const board = new QueryBoard<object>(anInvocation());
    const [first, second] = pools(2) as [object, object];
    board.expect(first);
    board.expect(second);
    const answer = board.post(api(), queryOf(1));
    board.arrived(first);
    await delay(50);
    expect(queries).toHaveLength(0);

    const other = board.post(api(), queryOf(2));
    board.arrived(second);
    await Promise.all([answer, other]);

    expect(queries).toHaveLength(1);
  });

  it("does not wait for one that failed, nor for long for one that hangs", async () => {
    const { api, queries } = monitoring();
    const board = new QueryBoard<object>(anInvocation(2_000));
    const [failed, hanging] = pools(2) as [object, object];
    board.expect(failed);
    board.expect(hanging);
    const answer = board.post(api(), queryOf(1));
    board.arrived(failed);

    await answer;

    expect(queries).toHaveLength(1);
  });

  it.each([
    ["Monitoring can't read the shared query", () => new InvalidRequestError("no such operator")],
    ["its answer can't be read", () => new SourceUnavailableError("a stream without points")],
  ])("asks for each pool by itself when %s", async (_, error) => {
    const { api, queries } = monitoring((query) => (query.includes("=~") ? error() : undefined));
    const board = new QueryBoard(anInvocation());

    await Promise.all([board.post(api(), queryOf(1)), board.post(api(), queryOf(2))]);

    expect(queries).toHaveLength(3);
  });

  it.each([
    ["overrun", () => new ThrottledError("slow down")],
    ["down", () => new SourceUnavailableError("refused", { transient: true })],
  ])("does not multiply the queries of a service that is %s", async (_, error) => {
    const { api, queries } = monitoring(error);
    const board = new QueryBoard(anInvocation());

    const all = await Promise.allSettled(
      pools(3).map(({ index }) => board.post(api(), queryOf(index))),
    );

    expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(queries).toHaveLength(1);
  });
});
