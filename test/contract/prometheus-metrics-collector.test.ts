import { PrometheusMetricsCollector } from "../../src/collectors/prometheus-metrics-collector.ts";
import { PrometheusClient } from "../../src/prometheus/client.ts";
import { type EmulatedHost, EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import type { Fault } from "../support/faulty-server.ts";
import { poolSpec } from "../support/pool-spec.ts";
import { prometheusServerConfig } from "../support/prometheus-server-config.ts";
import {
  describeMetricsCollector,
  type Member,
  measureWith,
  nameOf,
  poolOf,
} from "./metrics-collector-contract.ts";

describeMetricsCollector("PrometheusMetricsCollector", async () => {
  let members: readonly Member[] = [];
  let fault: Fault | undefined;
  let queriesBefore = 0;
  const server = await EmulatedPrometheus.start(
    () => members.flatMap(hostOf),
    () => fault,
  );
  // A circuit that one fault opened is not to be open in the next test.
  const newClient = () =>
    new PrometheusClient(prometheusServerConfig({ url: server.url }), () => new Date());
  let client = newClient();
  const collector = new PrometheusMetricsCollector({
    directory: { getInstancesFromInstancePool: async () => poolOf(members) },
    hosts: { hostsOf: async () => ({ byInstanceId: new Map(), failure: undefined }) },
    ownExporterOf: () => undefined,
    serverOf: async (_, invocation) => ({
      query: (promql, time) => client.query(promql, { invocation, readSecret: noSecrets, time }),
      fits: (promql) => client.fits(promql),
      redact: (text) => client.redact(text),
    }),
    matchLabels: () => new Set(["instance"]),
    now: () => new Date(),
  });
  return {
    measure: (pool, settings = {}, broken) => {
      members = pool;
      fault = broken;
      client = newClient();
      queriesBefore = server.queries.length;
      return measureWith(collector, poolSpec({ ...settings, source: "prometheus" }));
    },
    queriesBeforehand: 0,
    metricQueries: () => server.queries.length - queriesBefore,
    close: () => server.close(),
  };
});

const noSecrets = () => Promise.reject(new Error("there is no Vault"));

/** A host that scrapes find; a silent member is one that Prometheus has never heard of. */
function hostOf(member: Member): EmulatedHost[] {
  const { cpu, memory } = member;
  if (cpu === null && memory === null) return [];
  const labels = { instance: `${nameOf(member)}:9100`, job: "node" };
  return [{ labels, up: 1, cpu, memory }];
}
