import { readFileSync } from "node:fs";
import fdk, { type Context } from "@fnproject/fdk";
import { OCIMetricsCollector } from "./collectors/oci-metrics-collector.ts";
import { PrometheusMetricsCollector } from "./collectors/prometheus-metrics-collector.ts";
import { readConfiguration } from "./config/configuration.ts";
import { type Environment, readEnvironment } from "./config/environment.ts";
import type { PoolSpec } from "./config/pool-spec.ts";
import { createHandler, type HandlerDependencies } from "./handler.ts";
import { HostDirectory } from "./instance-manager/host-directory.ts";
import { InstanceManager } from "./instance-manager/instance-manager.ts";
import type { Invocation } from "./invocation.ts";
import type { ContextKeys } from "./logger/log-messages.ts";
import { readableEvent } from "./logger/readable-event.ts";
import { createLogger, type Logger } from "./logger.ts";
import { OciClients } from "./oci/clients.ts";
import { PrometheusClients } from "./prometheus-clients.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { readTraceContext } from "./telemetry/trace-context.ts";
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
  const telemetry = createTelemetry(environment, clients, now);
  const handler = createHandler({
    configuration,
    ...createPoolDependencies(clients, prometheus, now),
    report: (summary, invocation, call) => telemetry.report(summary, invocation, call),
    findPrincipal: (invocation) => clients.findPrincipal(invocation),
    serverNamed: (name, invocation) => prometheus.serverNamed(name, invocation),
    endpoints: () => [clients, prometheus, telemetry].flatMap((all) => all.endpointStates()),
    now,
  });
  let coldStart = true;
  fdk.handle(
    async (body, context) => {
      const keys = invocationKeys(context, coldStart);
      coldStart = false;
      const { document, httpStatus } = await logger.invocation(keys, (log) => {
        if (environment.logEvent) log.info("Event received", readableEvent(body));
        return handler(body, callOf(context, environment), log);
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

/** What measures pools and publishes that, and what the checks ask of OCI. */
function createPoolDependencies(
  clients: OciClients,
  prometheus: PrometheusClients,
  now: () => Date,
): Pick<HandlerDependencies, "collectors" | "publishing" | "directory" | "callsFor"> {
  const callsFor = ({ instancePoolId: ocid, region }: PoolSpec, invocation: Invocation) =>
    clients.callsFor({ ocid, region }, invocation);
  const directory = new InstanceManager(
    async (spec, invocation) => (await callsFor(spec, invocation)).compute,
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
      ),
      serverOf: (spec, invocation) => prometheus.serverNamed(spec.prometheus.server, invocation),
      now,
    }),
  };
  const publishing = {
    ingestionOf: callsFor,
    compartmentOf: (spec: PoolSpec, invocation: Invocation) =>
      directory.compartmentOf(spec, invocation),
    now,
  };
  return { collectors, publishing, directory, callsFor };
}

function createTelemetry(
  { functionMetricsNamespace: namespace }: Environment,
  clients: OciClients,
  now: () => Date,
): Telemetry {
  const placeOf = (invocation: Invocation) => clients.ownPlace(invocation);
  const { FN_FN_ID: functionId, FN_FN_NAME: functionName } = process.env;
  const metrics = namespace && { namespace, functionId, functionName, placeOf, now };
  return new Telemetry(metrics || undefined, now);
}

function callOf(context: Context, { serviceName }: Environment): Call {
  const { appName, fnName, tracingContext } = context;
  // Where Fn doesn't set the names, the FDK makes "undefined::undefined" of them.
  const traced = appName && fnName ? `${appName}::${fnName}`.toLowerCase() : serviceName;
  return {
    header: (name) => context.getHeader(name) ?? undefined,
    deadline: context.deadline ?? undefined,
    trace: readTraceContext(tracingContext, traced),
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
    logger.debug("A library warns", { warning: texts.join(" ") });
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
