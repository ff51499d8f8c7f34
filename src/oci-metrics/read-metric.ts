import type { TimeWindow } from "../collectors/time-window.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { Reading } from "../result/reading.ts";
import type { DataPoint, Monitoring } from "./monitoring.ts";
import { instanceQueries, type MetricName, type PlannedQuery, poolQueries } from "./queries.ts";
import { isNew, pointsByInstance, readingOf } from "./streams.ts";

/** One metric of all members. */
export interface MetricReadings {
  /** By the instance's OCID. */
  readonly readings: ReadonlyMap<string, Reading>;
  readonly warnings: readonly string[];
  readonly failures: readonly UtilizationError[];
}

/** So many lists by OCID are asked for at most: the whole tenancy has ten queries a second. */
const maximumLists = 5;

/**
 * Reads one metric of all members by their pool, and then those it did not find by their own
 * OCIDs: the metrics of an instance that was attached later may still name no pool. A query that
 * fails costs only its own members their reading.
 */
export async function readMetric(
  monitoring: Monitoring,
  metric: MetricName,
  instances: readonly Instance[],
  spec: PoolSpec,
  window: TimeWindow,
): Promise<MetricReadings> {
  const ofPool = await ask(monitoring, poolQueries(metric, instances, spec, window));
  const notFound = instances.filter(
    (instance) => !ofPool.seen(instance) && !isNew(instance, window.end),
  );
  const lists = instanceQueries(metric, notFound, spec, window);
  const single = await ask(monitoring, lists.slice(0, maximumLists));
  const readings = instances.map((instance): [string, Reading] => {
    const points = ofPool.pointsOf(instance) ?? single.pointsOf(instance);
    if (points === undefined && (ofPool.failed(instance) || single.failed(instance))) {
      return [instance.id, "query_failed"];
    }
    return [instance.id, readingOf(points, instance, spec, window.end)];
  });
  const notAsked = lists.slice(maximumLists).flatMap((list) => list.instances).length;
  const warnings =
    notAsked === 0 ? [] : [`${notAsked} members without ${metric} were not asked for one by one`];
  return {
    readings: new Map(readings),
    warnings,
    failures: [...ofPool.failures, ...single.failures],
  };
}

async function ask(monitoring: Monitoring, queries: readonly PlannedQuery[]) {
  const points = new Map<string, readonly DataPoint[]>();
  const failed = new Set<string>();
  const failures: UtilizationError[] = [];
  await Promise.all(
    queries.map(async ({ query, instances }) => {
      try {
        const streams = await monitoring.summarizeMetricsData(query);
        for (const [id, ofInstance] of pointsByInstance(streams)) points.set(id, ofInstance);
      } catch (error) {
        failures.push(toUtilizationError(error));
        for (const { id } of instances) failed.add(id);
      }
    }),
  );
  const pointsOf = ({ id }: Instance) => points.get(id.toLowerCase());
  return {
    pointsOf,
    failed: ({ id }: Instance) => failed.has(id),
    /** Whether there is nothing more to find out by asking for this member again. */
    seen: (instance: Instance) => pointsOf(instance) !== undefined || failed.has(instance.id),
    failures,
  };
}
