import type { Collectors } from "./collectors/get-collector.ts";
import type { Configuration } from "./config/configuration.ts";
import { type PoolsRequest, readPoolsRequest } from "./config/request.ts";
import { InvalidRequestError, toUtilizationError } from "./errors.ts";
import { checkHealth, type HealthDocument, isHealthCheck } from "./health.ts";
import type { Logger } from "./logger.ts";
import { processPool } from "./process-pool.ts";
import { overallStatus, type ResultDocument, toErrorInfo } from "./result/result-document.ts";

/** What the handler works with; made once per process. */
export interface HandlerDependencies {
  readonly configuration: () => Configuration;
  readonly collectors: Collectors;
  /** Rejects when nobody is there to sign requests to OCI. */
  readonly findPrincipal: () => Promise<void>;
  readonly now: () => Date;
}

/** Thrown for callers that asked to see a failure as a failed invocation: Fn answers 502. */
export class InvocationFailedError extends Error {
  override readonly name = "InvocationFailedError";
}

/** Answers one invocation: from the raw body to the document. */
export type Handler = (
  body: Uint8Array,
  logger: Logger,
) => Promise<ResultDocument | HealthDocument>;

type Outcome = Pick<ResultDocument, "status" | "pools" | "error"> & Pick<Configuration, "onError">;

/**
 * The handler throws nothing but InvocationFailedError, and that only with `onError: "throw"`:
 * whatever else goes wrong is in the document.
 */
export function createHandler(dependencies: HandlerDependencies): Handler {
  const { configuration, collectors, findPrincipal, now } = dependencies;
  return async (body, logger) => {
    const started = now();
    const configured = configuration();
    let outcome: Outcome;
    try {
      const content = parseBody(body);
      if (isHealthCheck(content)) return await checkHealth(configured, findPrincipal, now);
      outcome = await collect(readPoolsRequest(content, configured), collectors, logger);
    } catch (thrown) {
      const error = toUtilizationError(thrown);
      logger.error("Request failed", error);
      const { onError } = configured;
      outcome = { onError, status: "failed", pools: [], error: toErrorInfo(error) };
    }
    const { onError, status, pools, error } = outcome;
    if (status === "failed" && onError === "throw") {
      throw new InvocationFailedError(summaryOf(outcome));
    }
    const collectedAt = started.toISOString();
    const durationMs = now().getTime() - started.getTime();
    const document = { status, trigger: "direct" as const, collectedAt, durationMs, pools };
    return error === undefined ? document : { ...document, error };
  };
}

async function collect(
  { onError, pools }: PoolsRequest,
  collectors: Collectors,
  logger: Logger,
): Promise<Outcome> {
  const results = await Promise.all(pools.map((pool) => processPool(pool, collectors, logger)));
  return { onError, status: overallStatus(results), pools: results };
}

/**
 * The body as JSON by its content, whatever its type says; undefined when there is none. The FDK's
 * own JSON mode hands malformed JSON on as a string, and breaks UTF-8 at the edges of chunks.
 */
function parseBody(body: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new InvalidRequestError("The request is not UTF-8 text.", { cause });
  }
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    const where = position === undefined ? "" : ` (at ${position})`;
    throw new InvalidRequestError(`The request is not JSON${where}.`);
  }
}

function summaryOf({ pools, error }: Outcome): string {
  const errors = [error, ...pools.map((pool) => pool.error)].filter((e) => e !== undefined);
  return errors
    .slice(0, 5)
    .map(({ code, message }) => `${code}: ${message}`)
    .join("; ");
}
