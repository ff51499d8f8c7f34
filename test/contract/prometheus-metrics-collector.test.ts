import { PrometheusMetricsCollector } from "../../src/collectors/prometheus-metrics-collector.ts";
import { normalizeState } from "../../src/instance-manager/instance-pool.ts";
import { processPool } from "../../src/process-pool.ts";
import { PrometheusClient } from "../../src/prometheus-metrics/client.ts";
import { type EmulatedHost, EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import type { Fault } from "../support/faulty-server.ts";
import { anInvocation } from "../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { poolSpec } from "../support/pool-spec.ts";
import { prometheusServerConfig } from "../support/prometheus-server-config.ts";
import { describeMetricsCollector, type Member } from "./metrics-collector-contract.ts";

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
  const directory = {
    getInstancesFromInstancePool: async () => ({
      id: poolId,
      name: "web",
      instances: members.map(({ unique, displayName = `inst-${unique}`, state = "Running" }) => ({
        id: instanceId(unique),
        displayName,
        compartmentId,
        state: normalizeState(state),
      })),
    }),
  };
  const collector = new PrometheusMetricsCollector({
    directory,
    hosts: { hostsOf: async () => ({ byInstanceId: new Map(), failure: undefined }) },
    serverOf: async (_, invocation) => ({
      query: (promql, time) => client.query(promql, { invocation, readSecret: noSecrets, time }),
      redact: (text) => client.redact(text),
    }),
    now: () => new Date(),
  });
  return {
    measure: (pool, settings = {}, broken) => {
      members = pool;
      fault = broken;
      client = newClient();
      queriesBefore = server.queries.length;
      const spec = poolSpec({ ...settings, source: "prometheus" });
      return processPool(
        { spec, warnings: [] },
        { oci: collector, prometheus: collector },
        anInvocation(),
      );
    },
    metricQueries: () => server.queries.length - queriesBefore,
    close: () => server.close(),
  };
});

const noSecrets = () => Promise.reject(new Error("there is no Vault"));

/** A host that scrapes find; a silent member is one that Prometheus has never heard of. */
function hostOf({ unique, displayName = `inst-${unique}`, cpu, memory }: Member): EmulatedHost[] {
  if (cpu === null && memory === null) return [];
  const labels = { instance: `${displayName}:9100`, job: "node" };
  return [{ labels, up: 1, cpu, memory }];
}
