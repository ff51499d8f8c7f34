import type { TimeWindow } from "../collectors/time-window.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Reading } from "../result/reading.ts";
import type { DataPoint, MetricStream } from "./monitoring.ts";
import { instanceQueries, type MetricName, type PlannedQuery, poolQueries } from "./queries.ts";
import { isNew, pointsByInstance, readingOf } from "./streams.ts";

/** One metric of all members. */
export interface MetricReadings {
  /** By the instance's OCID. */
  readonly readings: ReadonlyMap<string, Reading>;
  readonly warnings: readonly string[];
  readonly failures: readonly UtilizationError[];
}

/** Has a query answered, perhaps together with others. */
export type Ask = (query: PlannedQuery) => Promise<readonly MetricStream[]>;

/**
 * Reads one metric of all members by their pool, and then those that it found no reading of by their
 * own OCIDs: the metrics of an instance that was attached later may still name no pool, or another. A query that
 * fails costs only its own members their reading.
 */
export async function readMetric(
  ask: Ask,
  metric: MetricName,
  instances: readonly Instance[],
  spec: PoolSpec,
  window: TimeWindow,
): Promise<MetricReadings> {
  const ofPool = await askAll(ask, poolQueries(metric, instances, spec, window));
  const readings = new Map<string, Reading>();
  for (const instance of instances) {
    readings.set(instance.id, readingOf(ofPool.pointsOf(instance), instance, spec, window));
  }
  const unread = instances.filter(({ id }) => typeof readings.get(id) !== "number");
  const notFound = unread.filter(
    (instance) => !ofPool.failed(instance) && !isNew(instance, window.end),
  );
  const single = await askOneByOne(ask, instanceQueries(metric, notFound, spec, window));
  for (const instance of unread) {
    const points = single.pointsOf(instance);
    if (points !== undefined) {
      readings.set(instance.id, readingOf(points, instance, spec, window));
    } else if (
      ofPool.failed(instance) ||
      (single.failed(instance) && ofPool.pointsOf(instance) === undefined)
    ) {
      readings.set(instance.id, "query_failed");
    }
  }
  return {
    readings,
    warnings: single.warnings,
    failures: [...ofPool.failures, ...single.failures],
  };
}

/** So many lists are asked for at once: the whole tenancy has ten queries a second. */
const listsAtOnce = 5;

/**
 * Asks for lists of members by their own OCIDs: some in any case, and more as long as there is
 * anybody to be found. A large pool whose agents are off would only use up the tenancy's queries.
 */
async function askOneByOne(ask: Ask, lists: readonly PlannedQuery[]) {
  const rounds: Asked[] = [];
  let asked = 0;
  while (asked < lists.length && rounds.every(({ found }) => found > 0)) {
    rounds.push(await askAll(ask, lists.slice(asked, asked + listsAtOnce)));
    asked += listsAtOnce;
  }
  const notAsked = lists.slice(asked).flatMap(({ instances }) => instances).length;
  return {
    pointsOf: (instance: Instance) =>
      rounds.map((round) => round.pointsOf(instance)).find((points) => points !== undefined),
    failed: (instance: Instance) => rounds.some((round) => round.failed(instance)),
    failures: rounds.flatMap(({ failures }) => failures.filter(({ retryable }) => retryable)),
    // That a member was not found in a second way, either, is no failure of the pool's metrics.
    warnings: [
      ...rounds.flatMap(({ failures }) =>
        failures.filter((f) => !f.retryable).map(({ message }) => message),
      ),
      ...(notAsked > 0 ? [`${notAsked} silent members were not asked for one by one`] : []),
    ],
  };
}

/** What a number of queries found out. */
interface Asked {
  readonly pointsOf: (instance: Instance) => readonly DataPoint[] | undefined;
  readonly failed: (instance: Instance) => boolean;
  readonly found: number;
  readonly failures: readonly UtilizationError[];
}

async function askAll(ask: Ask, queries: readonly PlannedQuery[]): Promise<Asked> {
  const failed = new Set<string>();
  const failures: UtilizationError[] = [];
  const streams = await Promise.all(
    queries.map(async (query) => {
      try {
        return await ask(query);
      } catch (error) {
        failures.push(toUtilizationError(error));
        for (const { id } of query.instances) failed.add(id);
        return [];
      }
    }),
  );
  // Of all queries together: who moved within the window has some points in either place.
  const points = pointsByInstance(streams.flat());
  return {
    pointsOf: ({ id }) => (failed.has(id) ? undefined : points.get(id.toLowerCase())),
    failed: ({ id }) => failed.has(id),
    found: points.size,
    failures,
  };
}
