import { readFileSync } from "node:fs";
import fdk, { type Context } from "@fnproject/fdk";
import type { Collectors } from "./collectors/get-collector.ts";
import { OCIMetricsCollector } from "./collectors/oci-metrics-collector.ts";
import { PrometheusMetricsCollector } from "./collectors/prometheus-metrics-collector.ts";
import { type Configuration, readConfiguration } from "./config/configuration.ts";
import { readEnvironment } from "./config/environment.ts";
import type { PoolSpec } from "./config/pool-spec.ts";
import { InvalidRequestError } from "./errors.ts";
import { createHandler } from "./handler.ts";
import { HostDirectory } from "./instance-manager/host-directory.ts";
import { InstanceManager } from "./instance-manager/instance-manager.ts";
import { createLogger, type Logger, type LogKeys } from "./logger.ts";
import { OciClients } from "./oci/clients.ts";
import type { PrometheusClient } from "./prometheus-metrics/client.ts";
import type { QueryApi } from "./prometheus-metrics/get-cpu-ram-metrics.ts";

/** The function process: everything that lives as long as the container is made here, once. */
function main(): void {
  const environment = readEnvironment(process.env);
  const logger = createLogger({ level: environment.logLevel, service: environment.serviceName });
  const configuration = once(() =>
    readConfiguration(environment, (path) => readFileSync(path, "utf8")),
  );
  const now = () => new Date();
  const clients = new OciClients(environment.oci);
  const handler = createHandler({
    configuration,
    collectors: createCollectors(clients, configuration, now),
    findPrincipal: () => clients.findPrincipal(),
    now,
  });
  let coldStart = true;
  fdk.handle(
    async (body, context) => {
      const keys = invocationKeys(context, coldStart);
      coldStart = false;
      const call = { header: (name: string) => context.getHeader(name) ?? undefined };
      const { document, httpStatus } = await handler(body, call, logger.child(keys));
      if (httpStatus !== undefined) context.setResponseHeader("Fn-Http-Status", String(httpStatus));
      return document;
    },
    { inputMode: "buffer" },
  );
  // From now on: what the FDK says before, about an environment that isn't Fn's, is for a person.
  logLibraryWarnings(logger);
}

function createCollectors(
  clients: OciClients,
  configuration: () => Configuration,
  now: () => Date,
): Collectors {
  const directory = new InstanceManager(async (spec) => (await clients.forPool(spec)).compute);
  const monitoringOf = async (spec: PoolSpec) => (await clients.forPool(spec)).monitoring;
  return {
    oci: new OCIMetricsCollector(directory, monitoringOf, now),
    prometheus: new PrometheusMetricsCollector({
      directory,
      hosts: new HostDirectory(async (spec) => (await clients.forPool(spec)).network),
      serverOf: prometheusClients(configuration),
      now,
    }),
  };
}

/**
 * One client per configured server, made when it is first asked for: it keeps its connections.
 * Only then is the HTTP client loaded, which an OCI pool's cold start needn't wait for.
 */
function prometheusClients(configuration: () => Configuration): (spec: PoolSpec) => QueryApi {
  const clients = new Map<string, Promise<PrometheusClient>>();
  return ({ prometheus: { server: name } }) => {
    const server = configuration().servers.get(name);
    if (server === undefined) throw new InvalidRequestError(`No Prometheus server "${name}".`);
    const client =
      clients.get(name) ??
      import("./prometheus-metrics/client.ts").then(
        (module) => new module.PrometheusClient(server),
      );
    clients.set(name, client);
    return { query: async (...query) => (await client).query(...query) };
  };
}

/** The keys of the Powertools logger, as far as Fn has what they stand for. */
function invocationKeys(context: Context, coldStart: boolean): LogKeys {
  return {
    cold_start: coldStart,
    function_request_id: context.callID,
    function_id: context.fnID,
    function_name: context.fnName,
    function_app_id: context.appID,
    function_app_name: context.appName,
    function_memory_size: context.memory,
  };
}

/**
 * The SDK and the FDK write failures to console.warn, over several lines and with OCIDs in URLs,
 * and Node warns of what they use (url.parse, on Node 24). We log every failure ourselves: theirs
 * become debug lines, and the log stays JSON.
 */
function logLibraryWarnings(logger: Logger): void {
  const log = (...parts: readonly unknown[]) => {
    const texts = parts.map((part) => (part instanceof Error ? part.message : String(part)));
    logger.debug("A library warns", { warning: texts.join(" ").slice(0, 1000) });
  };
  console.warn = log;
  process.removeAllListeners("warning");
  process.on("warning", log);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

main();
