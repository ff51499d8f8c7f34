import type { Configuration } from "./config/configuration.ts";
import {
  onErrorOf,
  type PoolsRequest,
  readPoolsRequest,
  requestedCheck,
} from "./config/request.ts";
import { type Answer, deliver, deliverCheck } from "./delivery.ts";
import { toUtilizationError } from "./errors.ts";
import { checkHealth } from "./health/check-health.ts";
import { type DoctorDependencies, runDoctor } from "./health/doctor.ts";
import { Invocation } from "./invocation.ts";
import type { Logger } from "./logger.ts";
import { processPools } from "./process-pool.ts";
import { type PublishDependencies, publishPools } from "./publishing/publish-pools.ts";
import { withinResponseLimit, withShortTexts } from "./result/response-limit.ts";
import {
  type DocumentHead,
  overallStatus,
  type PoolResult,
  type ResultDocument,
  type Status,
  toErrorInfo,
} from "./result/result-document.ts";
import { stopwatch } from "./stopwatch.ts";
import {
  coverageOf,
  type InvocationSummary,
  openCircuitsOf,
} from "./telemetry/invocation-summary.ts";
import { recognizeTrigger } from "./triggers/recognize.ts";
import type { Call, Trigger } from "./triggers/trigger.ts";

/** What the handler works with; made once per process. */
export interface HandlerDependencies extends DoctorDependencies {
  readonly configuration: () => Configuration;
  readonly publishing: PublishDependencies;
  readonly now: () => Date;
  /** Tells others of an invocation that has its answer. It never throws. */
  readonly report: (
    summary: InvocationSummary,
    invocation: Invocation,
    call: Call,
  ) => Promise<void>;
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
    const startedAt = now();
    const elapsedMs = stopwatch();
    const trigger = recognizeTrigger(body, call);
    const { name, correlationId = call.header("opc-request-id") } = trigger;
    const logger = parentLogger.child({
      trigger: name,
      correlation_id: correlationId?.slice(0, 255),
    });
    const invocation = new Invocation(call.deadline, logger, now);
    const head = () => {
      return { trigger: name, collectedAt: startedAt.toISOString(), durationMs: elapsedMs() };
    };
    let answered: Answered | undefined;
    let status: Status = "failed";
    try {
      answered = await answerTrigger(trigger, invocation, head, dependencies);
      const answer = answered.deliver();
      status = answer.document.status;
      return answer;
    } finally {
      invocation.end();
      const durationMs = elapsedMs();
      const coverage = coverageOf(answered?.pools ?? []);
      const openCircuits = openCircuitsOf(dependencies.endpoints());
      const keys = { duration_ms: durationMs, coverage, open_circuits: openCircuits };
      logger.info("Invocation answered", { status, ...invocation.usage, ...keys });
      const summary = { trigger: name, status, startedAt, durationMs, coverage, openCircuits };
      await dependencies.report(summary, invocation, call);
    }
  };
}

/** What came out of an invocation; whether the caller is to see it as a failure is still open. */
interface Answered {
  readonly pools: readonly PoolResult[];
  /** @throws InvocationFailedError */
  readonly deliver: () => Answer;
}

async function answerTrigger(
  trigger: Trigger,
  invocation: Invocation,
  head: () => DocumentHead,
  dependencies: HandlerDependencies,
): Promise<Answered> {
  const { configuration } = dependencies;
  const configured = configuration();
  let { onError } = configured;
  let outcome: Outcome;
  try {
    const content = trigger.toRequest();
    onError = onErrorOf(content, configured);
    const asked = requestedCheck(content);
    if (asked !== undefined) {
      const { status, ...found } =
        asked.check === "health"
          ? await checkHealth(configured, invocation, dependencies)
          : await runDoctor(asked.request, configured, invocation, dependencies);
      const document = withShortTexts({ status, ...head(), ...found });
      return { pools: [], deliver: () => deliverCheck(document) };
    }
    outcome = await collect(readPoolsRequest(content, configured), dependencies, invocation);
  } catch (thrown) {
    const error = toUtilizationError(thrown);
    invocation.logger.error("Request failed", error);
    outcome = { status: "failed", pools: [], error: toErrorInfo(error) };
  }
  const { status, ...rest } = outcome;
  const document = withinResponseLimit({ status, ...head(), ...rest });
  return { pools: rest.pools, deliver: () => deliver(document, onError, trigger) };
}

async function collect(
  asked: PoolsRequest,
  { collectors, publishing, selector }: HandlerDependencies,
  invocation: Invocation,
): Promise<Outcome> {
  const request = await selector.resolve(asked, invocation);
  const measured = await processPools(request.pools, collectors, invocation);
  const results = await publishPools(request.pools, measured, publishing, invocation);
  return { status: overallStatus(results), pools: results };
}
