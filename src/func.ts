import { readFileSync } from "node:fs";
import fdk, { type Context } from "@fnproject/fdk";
import type { Collectors } from "./collectors/get-collector.ts";
import { OCIMetricsCollector } from "./collectors/oci-metrics-collector.ts";
import { PrometheusMetricsCollector } from "./collectors/prometheus-metrics-collector.ts";
import { readConfiguration } from "./config/configuration.ts";
import { readEnvironment } from "./config/environment.ts";
import type { PoolSpec } from "./config/pool-spec.ts";
import { createHandler } from "./handler.ts";
import { HostDirectory } from "./instance-manager/host-directory.ts";
import { InstanceManager } from "./instance-manager/instance-manager.ts";
import type { Invocation } from "./invocation.ts";
import type { ContextKeys } from "./logger/log-messages.ts";
import { readableEvent } from "./logger/readable-event.ts";
import { createLogger, type Logger } from "./logger.ts";
import { OciClients } from "./oci/clients.ts";
import { PrometheusClients } from "./prometheus-clients.ts";
import type { Call } from "./triggers/trigger.ts";

/** The function process: everything that lives as long as the container is made here, once. */
function main(): void {
  const environment = readEnvironment(process.env);
  const logger = createLogger({
    level: environment.logLevel,
    sampleRate: environment.logSampleRate,
    service: environment.serviceName,
  });
  const configuration = once(() =>
    readConfiguration(environment, (path) => readFileSync(path, "utf8")),
  );
  const now = () => new Date();
  const clients = new OciClients(environment.oci, now);
  const prometheus = new PrometheusClients(configuration, clients, now);
  const handler = createHandler({
    configuration,
    ...createCollectors(clients, prometheus, now),
    findPrincipal: () => clients.findPrincipal(),
    serverNamed: (name, invocation) => prometheus.serverNamed(name, invocation),
    endpoints: () => [...clients.endpointStates(), ...prometheus.endpointStates()],
    now,
  });
  let coldStart = true;
  fdk.handle(
    async (body, context) => {
      const keys = invocationKeys(context, coldStart);
      coldStart = false;
      const { document, httpStatus } = await logger.invocation(keys, (log) => {
        if (environment.logEvent) log.info("Event received", readableEvent(body));
        return handler(body, callOf(context), log);
      });
      if (httpStatus !== undefined) context.setResponseHeader("Fn-Http-Status", String(httpStatus));
      return document;
    },
    { inputMode: "buffer" },
  );
  // From now on: what the FDK says before, about an environment that isn't Fn's, is for a person.
  logLibraryWarnings(logger);
  surviveFaults(logger);
}

/** The collectors, and what they have of OCI: the checks ask the same. */
function createCollectors(clients: OciClients, prometheus: PrometheusClients, now: () => Date) {
  const callsFor = ({ instancePoolId: ocid, region }: PoolSpec, invocation: Invocation) =>
    clients.callsFor({ ocid, region }, invocation);
  const directory = new InstanceManager(
    async (spec, invocation) => (await callsFor(spec, invocation)).compute,
  );
  const collectors: Collectors = {
    oci: new OCIMetricsCollector(
      directory,
      async (spec, invocation) => (await callsFor(spec, invocation)).monitoring,
      now,
    ),
    prometheus: new PrometheusMetricsCollector({
      directory,
      hosts: new HostDirectory(
        async (spec, invocation) => (await callsFor(spec, invocation)).network,
      ),
      serverOf: (spec, invocation) => prometheus.serverNamed(spec.prometheus.server, invocation),
      now,
    }),
  };
  return { collectors, directory, callsFor };
}

function callOf(context: Context): Call {
  return {
    header: (name) => context.getHeader(name) ?? undefined,
    deadline: context.deadline ?? undefined,
  };
}

/** The keys of the Powertools logger, as far as Fn has what they stand for. */
function invocationKeys(context: Context, coldStart: boolean): ContextKeys {
  return {
    cold_start: coldStart,
    function_request_id: context.callID ?? undefined,
    function_id: context.fnID,
    function_name: context.fnName,
    function_app_id: context.appID,
    function_app_name: context.appName,
    function_memory_size: context.memory || undefined,
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

/**
 * Nothing here leaves a promise alone, so this is for what a library might. Node would end the
 * process, and the next caller would get Fn's 502 for a fault that isn't theirs.
 */
function surviveFaults(logger: Logger): void {
  process.on("unhandledRejection", (reason) => logger.error("A fault was left alone", reason));
  process.on("uncaughtException", (error) => logger.error("A fault was left alone", error));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

main();
