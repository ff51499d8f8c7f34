import type { LabelledStream } from "./metric-streams.ts";
import type { PostedMetric } from "./post-request.ts";

const minuteMs = 60_000;

/** The streams that were posted to the service, for as long as it lives. */
export class CustomMetrics {
  readonly #posted: PostedMetric[] = [];

  add(metric: PostedMetric): void {
    this.#posted.push(metric);
  }

  /** The streams of a name; without a resource group, those that have none. */
  streams(
    namespace: string,
    resourceGroup: string | undefined,
    name: string,
  ): readonly LabelledStream[] {
    const streams = new Map<string, PostedMetric[]>();
    for (const metric of this.#posted) {
      if (metric.namespace !== namespace || metric.name !== name) continue;
      if (metric.resourceGroup !== resourceGroup) continue;
      const key = JSON.stringify([metric.compartmentId, Object.entries(metric.dimensions).sort()]);
      streams.set(key, [...(streams.get(key) ?? []), metric]);
    }
    return [...streams.values()].flatMap((metrics) => {
      const [first] = metrics;
      if (first === undefined) return [];
      const points = metrics.flatMap(({ datapoints }) => datapoints);
      const { compartmentId, dimensions } = first;
      return [{ compartmentId, dimensions, stream: (minute: Date) => valuesIn(points, minute) }];
    });
  }
}

/** A point that stands for several counts as often. */
function valuesIn(points: PostedMetric["datapoints"], minute: Date): readonly number[] {
  const start = minute.getTime();
  return points
    .filter(({ timestamp }) => {
      const time = timestamp.getTime();
      return time >= start && time < start + minuteMs;
    })
    .sort((one, other) => one.timestamp.getTime() - other.timestamp.getTime())
    .flatMap(({ value, count }) => Array.from({ length: count }, () => value));
}
