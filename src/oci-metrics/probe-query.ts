import type { TimeWindow } from "../collectors/time-window.ts";
import type { MetricsQuery } from "./monitoring.ts";
import { namespace } from "./queries.ts";

/** The smallest question about a pool's metrics: one stream of one point, whatever its size. */
export function probeQuery(
  instancePoolId: string,
  compartmentId: string,
  { start, end }: TimeWindow,
): MetricsQuery {
  const interval = "5m";
  const query = `CpuUtilization[${interval}]{instancePoolId = "${instancePoolId}"}.grouping().mean()`;
  return { compartmentId, namespace, query, startTime: start, endTime: end, resolution: interval };
}
