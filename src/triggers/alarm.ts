import { isJsonObject, type JsonObject } from "../config/json-object.ts";
import { UnsupportedEventError } from "../errors.ts";
import {
  type Call,
  isString,
  poolsIn,
  property,
  requestForPools,
  type Trigger,
} from "./trigger.ts";

/** A whole message has at most 64 KB. */
const longestQuery = 65_536;

/**
 * A message of a Monitoring alarm (versions 1.0 to 1.5), delivered by Notifications. Its pools are
 * in the dimensions of the streams that fire; a message that all is well may have none, and then
 * the alarm's query tells. The query itself is never sent to Monitoring: it ends in a predicate,
 * and Monitoring answers such a query with 1.0 for every point.
 */
export function readAlarm(body: unknown, call: Call): Trigger | undefined {
  if (!isJsonObject(body) || !Array.isArray(body["alarmMetaData"])) return undefined;
  const entries: readonly unknown[] = body["alarmMetaData"];
  const alarms = entries.filter(isJsonObject);
  return {
    name: "alarm",
    correlationId: [
      call.header("X-OCI-NS-MessageId"),
      property(body, "dedupeKey"),
      alarms[0]?.["id"],
    ].find(isString),
    toRequest: () => {
      const pools = alarms.flatMap(poolsOf);
      if (pools.length > 0) return requestForPools(pools);
      throw new UnsupportedEventError("The alarm names no instance pool.", {
        hint: 'Keep the dimension instancePoolId in the alarm\'s query, for example CpuUtilization[1m]{instancePoolId = "ocid1.instancepool.…"}.mean() > 80.',
      });
    },
  };
}

/** A message lists no more streams, however many fire. */
const mostDimensions = 100;

function poolsOf({ dimensions, query, totalMetricsFiring: total }: JsonObject): readonly string[] {
  const listed = Array.isArray(dimensions) ? dimensions : [];
  const pools = poolsIn(listed);
  const isCut = listed.length >= mostDimensions && Number(total) > listed.length;
  return pools.length === 0 || isCut ? [...pools, ...poolsInQuery(query)] : pools;
}

function poolsInQuery(asked: unknown): readonly string[] {
  const query = isString(asked) ? asked.slice(0, longestQuery) : "";
  // What ends in a wildcard is only the beginning of an OCID.
  return [...query.matchAll(/(ocid1\.instancepool\.[a-z0-9.-]+)(\*?)/gi)].flatMap(
    ([, pool = "", wildcard]) => (wildcard === "" ? [pool] : []),
  );
}
