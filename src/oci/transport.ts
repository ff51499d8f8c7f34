import type { Agent, IncomingMessage } from "node:http";
import type { common } from "oci-sdk";
import { NotAuthenticatedError, SourceUnavailableError, type UtilizationError } from "../errors.ts";
import type { Invocation, Usage } from "../invocation.ts";
import { hasMoreValues } from "../json-size.ts";
import { type Asker, connectionHints } from "../network/hints.ts";
import { AnswerTooLargeError, describeNetworkFailure } from "../network/network-failure.ts";
import { exchange } from "../network/send.ts";
import type { Endpoint } from "../resilience/endpoint.ts";
import type { Operation } from "./operations.ts";
import { fromServiceError } from "./service-error.ts";

/** Makes calls of one endpoint for one invocation. */
export type Caller = <T>(
  operation: Operation,
  send: (context: CallContext) => Promise<T>,
) => Promise<T>;

/**
 * Calls the SDK within the endpoint's limits and the invocation's deadline.
 * @throws UtilizationError for whatever goes wrong, an answer of another shape included.
 */
export function callerOf(endpoint: Endpoint, invocation: Invocation, asker: Asker): Caller {
  return (operation, send) => {
    const sendOnce = async (signal: AbortSignal) => {
      const { usage } = invocation;
      const context: CallContext = { service: operation.service, signal, usage, asker };
      try {
        return await send(context);
      } catch (error) {
        throw context.failure ?? fromServiceError(error, operation, asker, context.retryAfter);
      }
    };
    return endpoint.call(invocation, sendOnce, operation.name);
  };
}

/** What goes with one call through the SDK, which has no argument for it. */
export interface CallContext {
  readonly service: string;
  readonly signal: AbortSignal;
  readonly usage: Usage;
  readonly asker: Asker;
  /** What the transport threw; the SDK makes a plain object of it, without the cause. */
  failure?: UtilizationError;
  /** The Retry-After header of the answer; the SDK drops it. */
  retryAfter?: string | undefined;
  /** Who reads the body of a good answer as it comes; the SDK then sees an empty array. */
  reader?: { push(chunk: Buffer): void };
}

/** Twice what 2,000 streams of 50 points, or a page of 1,000 members, can take. */
const maximumAnswerBytes = 16_000_000;
const maximumAnswerValues = 1_000_000;

/**
 * Sends what the SDK built in one call, signed by the SDK. The SDK's own FetchHttpClient can't be given a
 * timeout per request, an address guard or a limit, and its circuit breaker counts on timers that
 * stand still while Fn freezes the container.
 */
export function transportOf(
  signer: common.RequestSigner,
  agentOf: (url: URL) => Agent,
  context: CallContext,
): common.HttpClient {
  return {
    async send(request, forceExcludeBody = false) {
      try {
        await signer.signHttpRequest(request, forceExcludeBody);
      } catch (cause) {
        context.failure = new NotAuthenticatedError("The OCI principal can't sign any more.", {
          hint: "Its token or key has gone, or can't be renewed.",
          cause,
        });
        throw context.failure;
      }
      try {
        const url = new URL(request.uri);
        const headers = Object.fromEntries(request.headers);
        const { method, body } = request;
        const options = { method, headers, body, agent: agentOf(url), signal: context.signal };
        return await exchange(url, options, async (incoming) => {
          context.retryAfter = incoming.headers["retry-after"];
          return toResponse(incoming, await readBody(incoming, context));
        });
      } catch (error) {
        context.failure = networkFailure(request, context, error);
        throw context.failure;
      }
    },
  };
}

function networkFailure(
  { uri }: common.HttpRequest,
  { service, asker }: CallContext,
  cause: unknown,
): SourceUnavailableError {
  const { reason, transient } = describeNetworkFailure(cause);
  const message = `${service} can't be reached at ${new URL(uri).host}: ${reason}`;
  return new SourceUnavailableError(message, {
    hint: connectionHints.oci[asker],
    transient,
    cause,
  });
}

/** @throws AnswerTooLargeError, or what ended the connection in the middle. */
async function readBody(incoming: IncomingMessage, context: CallContext): Promise<Buffer> {
  const reader = incoming.statusCode === 200 ? context.reader : undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    // Leaving the loop destroys the connection.
    if (bytes > maximumAnswerBytes) throw new AnswerTooLargeError();
    if (reader === undefined) chunks.push(chunk);
    else reader.push(chunk);
  }
  context.usage.bytes += bytes;
  if (reader !== undefined) return Buffer.from("[]");
  const body = Buffer.concat(chunks);
  if (hasMoreValues(body, maximumAnswerValues)) throw new AnswerTooLargeError();
  return body;
}

/** As much of a Response as the SDK uses: the real one takes undici along, 20 ms and 5 MB. */
function toResponse({ statusCode, headers }: IncomingMessage, body: Buffer): Response {
  const text = () => body.toString("utf8");
  const response = {
    status: statusCode,
    headers: { get: (name: string) => headers[name.toLowerCase()]?.toString() ?? null },
    text: async () => text(),
    json: async () => JSON.parse(text()),
  };
  return response as unknown as Response;
}
