import type { Collectors } from "../../src/collectors/get-collector.ts";
import type { MetricsCollector } from "../../src/collectors/metrics-collector.ts";
import {
  type MonitoringOf,
  OCIMetricsCollector,
} from "../../src/collectors/oci-metrics-collector.ts";
import { PrometheusMetricsCollector } from "../../src/collectors/prometheus-metrics-collector.ts";
import { sources } from "../../src/config/pool-spec.ts";

const nobody = () => Promise.reject(new Error("There is no service."));
const directory = { getInstancesFromInstancePool: nobody, describe: nobody };
const now = () => new Date("2026-11-23T20:40:30Z");

/** One that can ask Monitoring, but lists no pool. */
export function ociCollector(monitoringOf: MonitoringOf): OCIMetricsCollector {
  return new OCIMetricsCollector(directory, monitoringOf, now);
}

/** One collector in the place of every source's, those that are added later among them. */
export function forEachSource(collector: MetricsCollector): Collectors {
  const collectors = Object.fromEntries(sources.map((source) => [source, collector]));
  if (hasAll(collectors)) return collectors;
  throw new Error("A source has no collector.");
}

function hasAll(collectors: Partial<Collectors>): collectors is Collectors {
  return sources.every((source) => collectors[source] !== undefined);
}

const idleOci = ociCollector(nobody);

/** The collectors, for tests that measure nothing with them. */
export const idleCollectors: Collectors = {
  ...forEachSource(idleOci),
  prometheus: new PrometheusMetricsCollector({
    directory,
    hosts: { hostsOf: nobody },
    ownExporterOf: () => undefined,
    serverOf: nobody,
    matchLabels: () => new Set(["instance"]),
    now,
  }),
};
