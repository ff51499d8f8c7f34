import type { Collectors } from "./collectors/get-collector.ts";
import type { Configuration } from "./config/configuration.ts";
import { onErrorOf, type PoolsRequest, readPoolsRequest } from "./config/request.ts";
import { type Answer, deliver, deliverCheck } from "./delivery.ts";
import { toUtilizationError } from "./errors.ts";
import { checkHealth } from "./health/check-health.ts";
import { type DoctorDependencies, runDoctor } from "./health/doctor.ts";
import { requestedCheck } from "./health/requested-check.ts";
import { Invocation } from "./invocation.ts";
import type { Logger } from "./logger.ts";
import { processPool } from "./process-pool.ts";
import { overallStatus, type ResultDocument, toErrorInfo } from "./result/result-document.ts";
import { recognizeTrigger } from "./triggers/recognize.ts";
import type { Call, Trigger } from "./triggers/trigger.ts";

/** What the handler works with; made once per process. */
export interface HandlerDependencies extends DoctorDependencies {
  readonly configuration: () => Configuration;
}

/** Answers one invocation: from the raw body to the document, and how the caller gets it. */
export type Handler = (body: Uint8Array, call: Call, logger: Logger) => Promise<Answer>;

type Outcome = Pick<ResultDocument, "status" | "pools" | "error">;

/**
 * The handler throws nothing but InvocationFailedError, and that only for callers who are to see
 * a failed invocation: whatever else goes wrong is in the document.
 */
export function createHandler(dependencies: HandlerDependencies): Handler {
  const { now } = dependencies;
  return async (body, call, parentLogger) => {
    const started = now();
    const trigger = recognizeTrigger(body, call);
    const { name, correlationId = call.header("opc-request-id") } = trigger;
    const logger = parentLogger.child({
      trigger: name,
      correlation_id: correlationId?.slice(0, 255),
    });
    const invocation = new Invocation(call.deadline, logger, now);
    let status = "failed";
    try {
      const answer = await answerTrigger(trigger, invocation, started, dependencies);
      status = answer.document.status;
      return answer;
    } finally {
      invocation.end();
      const { calls, retries, bytes } = invocation.usage;
      const durationMs = now().getTime() - started.getTime();
      logger.info("Invocation answered", {
        status,
        duration_ms: durationMs,
        calls,
        retries,
        bytes,
      });
    }
  };
}

async function answerTrigger(
  trigger: Trigger,
  invocation: Invocation,
  started: Date,
  dependencies: HandlerDependencies,
): Promise<Answer> {
  const { configuration, collectors, now } = dependencies;
  const configured = configuration();
  let { onError } = configured;
  let outcome: Outcome;
  try {
    const content = trigger.toRequest();
    onError = onErrorOf(content, configured);
    const asked = requestedCheck(content);
    if (asked !== undefined) {
      const context = { trigger: trigger.name, configuration: configured, invocation };
      return deliverCheck(
        asked.check === "health"
          ? await checkHealth(context, dependencies)
          : await runDoctor(asked.request, context, dependencies),
      );
    }
    outcome = await collect(readPoolsRequest(content, configured), collectors, invocation);
  } catch (thrown) {
    const error = toUtilizationError(thrown);
    invocation.logger.error("Request failed", error);
    outcome = { status: "failed", pools: [], error: toErrorInfo(error) };
  }
  const { status, pools, error } = outcome;
  const collectedAt = started.toISOString();
  const durationMs = now().getTime() - started.getTime();
  const document = { status, trigger: trigger.name, collectedAt, durationMs, pools };
  return deliver(error === undefined ? document : { ...document, error }, onError);
}

async function collect(
  { pools }: PoolsRequest,
  collectors: Collectors,
  invocation: Invocation,
): Promise<Outcome> {
  const results = await Promise.all(pools.map((pool) => processPool(pool, collectors, invocation)));
  return { status: overallStatus(results), pools: results };
}
