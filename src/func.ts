import fdk, { type Context } from "@fnproject/fdk";
import { type Environment, readEnvironment } from "./config/environment.ts";
import { createHandler } from "./handler.ts";
import { makeRoomFor } from "./heap.ts";
import type { ContextKeys } from "./logger/log-messages.ts";
import { readableEvent } from "./logger/readable-event.ts";
import { createLogger, type Logger } from "./logger.ts";
import { readTraceContext } from "./triggers/trace-context.ts";
import type { Call } from "./triggers/trigger.ts";
import { createDependencies } from "./wiring.ts";

/** The function process: everything that lives as long as the container is made here, once. */
function main(): void {
  const environment = readEnvironment(process.env);
  const logger = createLogger({
    level: environment.LOG_LEVEL,
    sampleRate: environment.LOG_SAMPLE_RATE,
    service: environment.SERVICE_NAME,
  });
  const handler = createHandler(createDependencies(environment, process.env));
  let coldStart = true;
  fdk.handle(
    async (body, context) => {
      makeRoomFor(body);
      const keys = invocationKeys(context, coldStart);
      coldStart = false;
      const {
        document,
        httpStatus,
        text,
        headers = {},
      } = await logger.invocation(keys, (log) => {
        if (environment.LOG_EVENT) log.info("Event received", readableEvent(body));
        return handler(body, callOf(context, environment), log);
      });
      if (httpStatus !== undefined) context.setResponseHeader("Fn-Http-Status", String(httpStatus));
      for (const [name, value] of Object.entries(headers)) context.setResponseHeader(name, value);
      return text ?? document;
    },
    { inputMode: "buffer" },
  );
  // From now on: what the FDK says before, about an environment that isn't Fn's, is for a person.
  logLibraryWarnings(logger);
  surviveFaults(logger);
}

function callOf(context: Context, { SERVICE_NAME }: Environment): Call {
  const { appName, fnName, tracingContext } = context;
  // Where Fn doesn't set the names, the FDK makes "undefined::undefined" of them.
  const traced = appName && fnName ? `${appName}::${fnName}`.toLowerCase() : SERVICE_NAME;
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

main();
