import {
  describeMetricsCollector,
  type Member,
  measureWith,
  nameOf,
  poolOf,
} from "../../test/contract/metrics-collector-contract.ts";
import { FaultyServer } from "../../test/support/faulty-server.ts";
import { InfluxDB } from "../../test/support/influxdb.ts";
import { poolSpec } from "../../test/support/pool-spec.ts";
import { InfluxDBClient } from "./influxdb-client.ts";
import { InfluxDBMetricsCollector } from "./influxdb-metrics-collector.ts";

const now = () => new Date();

describeMetricsCollector("InfluxDBMetricsCollector", async () => {
  const server = await InfluxDB.start();
  let databases = 0;
  let asked = 0;
  return {
    measure: async (members, settings = {}, fault) => {
      databases += 1;
      const database = `telegraf${databases}`;
      await server.createDatabase(database, members.flatMap(linesOf));
      const before = await server.queries();
      const faulty = fault && (await FaultyServer.start(fault));
      const url = `${faulty?.url ?? server.url}/query?db=${database}`;
      const directory = { getInstancesFromInstancePool: async () => poolOf(members) };
      const client = new InfluxDBClient(url, now);
      const collector = new InfluxDBMetricsCollector(directory, client, now);
      const result = await measureWith(collector, poolSpec(settings));
      await faulty?.close();
      asked = (await server.queries()) - before;
      return result;
    },
    queriesBeforehand: 0,
    metricQueries: () => asked,
    close: () => server.kill(),
  };
});

/** What Telegraf writes of a host in five minutes, at an interval of one. */
function linesOf(member: Member): readonly string[] {
  const { cpu, memory } = member;
  // Line protocol has no tag that ends with a backslash.
  const host = nameOf(member).replaceAll(/[ ,=]/g, "\\$&").replace(/\\+$/, "");
  const newest = Math.floor(Date.now() / 1000);
  return [0, 60, 120, 180, 240].flatMap((age) => [
    ...(cpu === null
      ? []
      : [`cpu,cpu=cpu-total,host=${host} usage_idle=${100 - cpu},usage_iowait=0 ${newest - age}`]),
    ...(memory === null
      ? []
      : [`mem,host=${host} available_percent=${100 - memory} ${newest - age}`]),
  ]);
}
