import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { getCollector } from "./collectors/get-collector.ts";
import { OCIMetricsCollector } from "./collectors/oci-metrics-collector.ts";
import { PrometheusMetricsCollector } from "./collectors/prometheus-metrics-collector.ts";
import { type Configuration, readConfiguration } from "./config/configuration.ts";
import type { Environment } from "./config/environment.ts";
import type { PoolSpec } from "./config/pool-spec.ts";
import type { HandlerDependencies } from "./handler.ts";
import { HostDirectory } from "./instance-manager/host-directory.ts";
import { InstanceManager } from "./instance-manager/instance-manager.ts";
import { PoolSelector } from "./instance-manager/pool-selector.ts";
import type { Invocation } from "./invocation.ts";
import { askerOf, OciClients } from "./oci/clients.ts";
import { once } from "./once.ts";
import { PrometheusClients } from "./prometheus/prometheus-clients.ts";
import { Telemetry } from "./telemetry/telemetry.ts";

/** The environment variables that Fn sets. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Makes everything that the handler works with, once for the process. */
export function createDependencies(
  environment: Environment,
  variables: Variables,
): HandlerDependencies {
  const configuration = once(() => readConfiguration(environment, readPackagedFile));
  const now = () => new Date();
  const clients = new OciClients(environment, now);
  const prometheus = new PrometheusClients(configuration, clients, now, askerOf(environment));
  const telemetry = createTelemetry(environment, variables, clients, now);
  return {
    configuration,
    ...createPoolDependencies(configuration, clients, prometheus, now),
    report: (summary, invocation, call) => telemetry.report(summary, invocation, call),
    findPrincipal: (invocation) => clients.findPrincipal(invocation),
    serverNamed: (name, invocation) => prometheus.serverNamed(name, invocation),
    endpoints: () => [clients, prometheus, telemetry].flatMap((all) => all.endpointStates()),
    now,
  };
}

/** What measures pools and publishes that, and what the checks ask of OCI. */
function createPoolDependencies(
  configuration: () => Configuration,
  clients: OciClients,
  prometheus: PrometheusClients,
  now: () => Date,
): Pick<HandlerDependencies, "collectors" | "publishing" | "directory" | "selector" | "callsFor"> {
  const callsFor = ({ instancePoolId: ocid, region }: PoolSpec, invocation: Invocation) =>
    clients.callsFor({ ocid, region }, invocation);
  const directory = new InstanceManager(
    async (spec, invocation) => (await callsFor(spec, invocation)).compute,
    now,
  );
  const collectors = {
    oci: new OCIMetricsCollector(
      directory,
      async (spec, invocation) => (await callsFor(spec, invocation)).monitoring,
      now,
    ),
    prometheus: new PrometheusMetricsCollector({
      directory,
      hosts: new HostDirectory(
        async (spec, invocation) => (await callsFor(spec, invocation)).network,
        now,
      ),
      serverOf: (spec, invocation) => prometheus.serverNamed(spec.prometheus.server, invocation),
      ownExporterOf: (spec) => configuration().exporters.get(spec.prometheus.exporter),
      matchLabels: () => configuration().matchLabels,
      now,
    }),
  };
  const publishing = {
    ingestionOf: callsFor,
    compartmentOf: (spec: PoolSpec, invocation: Invocation) =>
      directory.compartmentOf(spec, invocation),
    configuredPools: () => configuration().pools,
    now,
  };
  const selector = new PoolSelector({
    callsFor: (place, invocation) => clients.callsFor(place, invocation),
    asksMonitoring: (spec) => getCollector(spec, collectors).askMonitoring !== undefined,
    learn: (pool) => directory.learn(pool),
  });
  return { collectors, publishing, directory, selector, callsFor };
}

function createTelemetry(
  { FUNCTION_METRICS_NAMESPACE: namespace }: Environment,
  variables: Variables,
  clients: OciClients,
  now: () => Date,
): Telemetry {
  const placeOf = (invocation: Invocation) => clients.ownPlace(invocation);
  const { FN_FN_ID: functionId, FN_FN_NAME: functionName } = variables;
  const metrics = namespace && { namespace, functionId, functionName, placeOf, now };
  return new Telemetry(metrics || undefined, now);
}

/**
 * Reads a file of the image or package. A relative path counts from the working directory, or else
 * from the folder above this file's: OCI doesn't say where it unpacks `function/` and `resources/`.
 */
function readPackagedFile(path: string): string {
  const own = import.meta.dirname;
  const places = [process.cwd(), own, dirname(own)].map((folder) => resolve(folder, path));
  return readFileSync(places.find((place) => existsSync(place)) ?? path, "utf8");
}
